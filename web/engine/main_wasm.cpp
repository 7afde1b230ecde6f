// The module that the page's worker loads. It exports one function, which takes a request and returns the
// answer.

#include <emscripten.h>

#include <string>

#include "calls.hpp"

extern "C" EMSCRIPTEN_KEEPALIVE const char* respond(const char* request) {
  static const xgrad::web::Calls calls = xgrad::web::all_calls();
  static std::string answer;  // lives until the next request
  answer = xgrad::web::respond(calls, request);
  return answer.c_str();
}
