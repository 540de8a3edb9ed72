// For lint_test: the program that describes a library.
#include "hosting/service_description.hpp"

int main(int argc, char** argv) {
  return argc == 5 && p2p::describe_to_file({argv[1], argv[2], argv[3], argv[4]}) ? 0 : 1;
}
