// Answers requests, one a line, from the standard input: the native library's numbers, for the tests of the
// page.

#include <iostream>
#include <string>

#include "calls.hpp"

int main() {
  const xgrad::web::Calls calls = xgrad::web::all_calls();
  std::string request;
  while (std::getline(std::cin, request)) std::cout << xgrad::web::respond(calls, request) << std::endl;
  return std::cin.eof() && std::cout ? 0 : 1;
}
