#include "cli/complaint.hpp"

#include <map>

#include "base/json.hpp"
#include "cli/golden_test.hpp"
#include "model/error_table.hpp"

namespace p2p {
namespace {

/// What cli.md, section 10, says, by hand: the table must agree.
const std::map<int, std::string> wanted = {
    {1, "method_failed internal conflict cancelled"},
    {2,
     "parse_error invalid_request invalid_params too_large method_not_allowed not_acceptable request_timeout "
     "unsupported_media_type uri_too_long headers_too_large upgrade_required tls_required"},
    {3, "node_unreachable overloaded rate_limited draining unavailable audit_unavailable"},
    {4, "unauthenticated forbidden wrong_host"},
    {5, "node_not_found service_not_found method_not_found not_found"},
    {6, "timeout"}};

TEST(ExitCode, of_every_name_of_the_error_table_is_the_documented_one) {
  for (const ErrorEntry& entry : error_table()) {
    const int code = exit_code_of(Error(entry.code, "x"));
    ASSERT_TRUE(wanted.contains(code)) << entry.name;
    const std::string names = ' ' + wanted.at(code) + ' ';
    EXPECT_NE(names.find(' ' + std::string(entry.name) + ' '), names.npos) << entry.name << " is " << code;
  }
}

TEST(ExitCode, of_our_own_ctrl_c_is_130) {
  EXPECT_EQ(exit_code_of(Error(Errc::cancelled, "interrupted").with("interrupted", true)), 130);
  EXPECT_EQ(exit_code_of(Error(Errc::cancelled, "somebody else's")), 1);
}

TEST(Complaint, of_every_error_is_a_block) {
  std::string blocks;
  for (const ErrorEntry& entry : error_table()) {
    test::KeptTerminal terminal;
    const Error error = Error(entry.code, std::string(entry.name) + " happened")
                            .with("cause", "something caused it")
                            .with("hint", "p2p_admin doctor");
    const int code = complain(terminal, Output::table, error);
    EXPECT_EQ(terminal.out_text, "") << "talk goes to stderr";
    blocks += terminal.err_text + std::to_string(code) + "\n\n";
  }
  test::expect_golden("error-blocks.txt", blocks);
}

TEST(Complaint, says_what_is_known_and_nothing_else) {
  test::KeptTerminal terminal;
  complain(terminal, Output::table, Error(Errc::internal, "it broke"));
  complain(terminal, Output::table, Error(Errc::internal, ""));
  EXPECT_EQ(terminal.err_text, "error: it broke\nerror: Internal error\n");
}

TEST(Complaint, lists_wrong_parameters_when_there_are_several) {
  const Value errors = json::parse(R"([{"pointer":"#/pid","detail":"must be 1 to 4194304","got":0},
                                       {"pointer":"#/limit","detail":"unknown parameter"}])")
                           .value();
  test::KeptTerminal terminal;
  EXPECT_EQ(complain(terminal, Output::table,
                     Error(Errc::invalid_params, "2 parameters are wrong").with("errors", errors)),
            2);
  EXPECT_EQ(terminal.err_text,
            "error: 2 parameters are wrong\n"
            "       pid: must be 1 to 4194304\n"
            "       limit: unknown parameter\n");
}

TEST(Complaint, keeps_the_lines_of_a_text_but_no_escape_sequence_of_it) {
  test::KeptTerminal terminal;
  complain(terminal, Output::table, Error(Errc::method_failed, "first\nsecond \x1b[31mred"));
  EXPECT_EQ(terminal.err_text, "error: first\n       second \\u001b[31mred\n");
}

TEST(Complaint, is_a_document_on_stdout_where_documents_are_wanted) {
  for (const Output output : {Output::json, Output::ndjson}) {
    test::KeptTerminal terminal;
    const Error error =
        Error(Errc::node_not_found, "no node web-9").with("trace_id", "ab").with("hint", "look");
    EXPECT_EQ(complain(terminal, output, error), 5);
    EXPECT_EQ(terminal.err_text, "");
    EXPECT_EQ(
        terminal.out_text,
        R"({"error":{"type":"/errors/node_not_found","title":"Node not found","status":404,)"
        R"("detail":"no node web-9","code":"node_not_found","rpc_code":-32003,"trace_id":"ab","hint":"look"}})"
        "\n");
  }
}

TEST(Complaint, is_red_where_colour_is_wanted) {
  test::KeptTerminal terminal({.err_is_terminal = true});
  complain(terminal, Output::table, Error(Errc::internal, "it broke"));
  EXPECT_EQ(terminal.err_text, "\x1b[31merror:\x1b[0m it broke\n");
}

}  // namespace
}  // namespace p2p
