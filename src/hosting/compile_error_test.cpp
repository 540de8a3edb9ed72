#include "hosting/compile_error.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

struct Row {
  const char* name;
  const char* output;
  const char* expected;  // FailureReason::text
};

// What clang 19 and lld 19 really said, shortened.
const Row rows[] = {
    {"an_error_in_the_service",
     "my_service/main.cpp:7:39: error: use of undeclared identifier 'nowhere'\n"
     "    7 |     p2p::Task<int> my_method(int a) { nowhere(a); co_return helper(); }\n"
     "      |                                       ^\n"
     "1 error generated.\n",
     "compile: my_service/main.cpp:7:39: use of undeclared identifier 'nowhere'"},
    {"a_warning_before_it_does_not_count",
     "my_service/main.cpp:3:7: warning: unused variable 'x' [-Wunused-variable]\n"
     "    3 |   throw \"a: error: in a text\";\n"
     "./my_service/util.hpp:12:1: error: expected ';' after struct\n",
     "compile: my_service/util.hpp:12:1: expected ';' after struct"},
    {"a_missing_header",
     "my_service/main.cpp:3:10: fatal error: 'other/api.hpp' file not found\n"
     "    3 | #include <other/api.hpp>\n",
     "compile: my_service/main.cpp:3:10: 'other/api.hpp' file not found"},
    {"an_error_in_the_sdk_is_placed_by_the_note_that_names_the_service",
     "In file included from my_service/main.cpp:1:\n"
     "In file included from /opt/sdk/p2p/service.hpp:43:\n"
     "/opt/sdk/p2p/method.hpp:120:17: error: static assertion failed due to requirement 'travels<Opaque>()': "
     "p2p: a "
     "parameter of this type cannot travel (bool, numbers)\n"
     "  120 |   static_assert(travels<T>(), \"p2p: a parameter of this type cannot travel (bool, numbers)\"\n"
     "/usr/include/c++/12/tuple:69:23: note: in instantiation of template class "
     "'p2p::detail::ParameterTravels<Opaque>' requested here\n"
     "my_service/main.cpp:13:3: note: in instantiation of function template specialization "
     "'p2p::declare_method' "
     "requested here\n",
     "compile: my_service/main.cpp:13:3: a parameter of this type cannot travel (bool, numbers): Opaque"},
    {"a_field_is_named_by_struct_and_number",
     "/opt/sdk/p2p/convert.hpp:74:17: error: static assertion failed due to requirement 'travels<void *>()': "
     "p2p: this "
     "field of this struct has a type that cannot travel (bool)\n"
     "/opt/sdk/p2p/convert.hpp:80:11: note: in instantiation of template class "
     "'p2p::detail::FieldTravels<Reply, 1, "
     "void *>' requested here\n"
     "my_service/main.cpp:11:3: note: in instantiation of function template specialization "
     "'p2p::declare_method' "
     "requested here\n",
     "compile: my_service/main.cpp:11:3: this field of this struct has a type that cannot travel (bool): "
     "field 2 of Reply, "
     "void *"},
    {"a_failed_check_of_a_declaration_is_its_sentence",
     "my_service/main.cpp:7:3: error: static assertion failed due to requirement "
     "'::p2p::detail::options_known(\"pubic = true\")': SERVICE_METHOD(add): unknown option in [pubic = "
     "true]; known: "
     "public\n",
     "compile: my_service/main.cpp:7:3: SERVICE_METHOD(add): unknown option in [pubic = true]; known: "
     "public"},
    {"without_a_note_the_include_gives_the_place",
     "In file included from my_service/main.cpp:2:\n"
     "In file included from other/api.hpp:4:\n"
     "other/types.hpp:9:5: error: unknown type name 'strin'\n"
     "my_service/main.cpp:30:1: error: and another\n",
     "compile: my_service/main.cpp:2:0: unknown type name 'strin'"},
    {"an_undefined_symbol_is_named_with_its_user",
     "ld.lld-19: error: undefined symbol: nowhere(int)\n"
     ">>> referenced by main.cpp:7 (/srv/services/my_service/main.cpp:7)\n"
     ">>>               /state/main-3f813f.o:(Run::my_method(int) (.resume))\n"
     "\n"
     "ld.lld-19: error: undefined symbol: elsewhere()\n"
     "clang++-19: error: linker command failed with exit code 1 (use -v to see invocation)\n",
     "compile: my_service/main.cpp:7:0: undefined symbol: nowhere(int)"},
    {"an_undefined_symbol_without_a_line",
     "ld.lld-19: error: undefined symbol: vtable for Run\n"
     ">>> referenced by main.cpp\n"
     ">>>               /state/main-3f813f.o:(Run::Run())\n",
     "compile: undefined symbol: vtable for Run"},
    {"the_compilers_own_trouble", "clang++-19: error: unable to execute command: Killed\n",
     "compile: unable to execute command: Killed"},
    {"nothing_to_read", "LLVM ERROR: out of memory\n", "compile: "},
};

class CompileError : public testing::TestWithParam<Row> {};

TEST_P(CompileError, says_the_first_error_and_where_the_author_finds_it) {
  EXPECT_EQ(compile_error(GetParam().output, "my_service", "/srv/services").text(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(RealOutputs, CompileError, testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(CompileErrorOf, another_services_header_may_still_come) {
  EXPECT_TRUE(lacks_header(compile_error(rows[2].output, "my_service", "/srv/services")));
  EXPECT_FALSE(lacks_header(compile_error(rows[0].output, "my_service", "/srv/services")));
}

}  // namespace
}  // namespace p2p
