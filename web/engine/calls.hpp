#pragma once

// What the page asks of the library. A request names a call and has its arguments, as JSON; the answer is
// JSON too:
//
//   {"call": "tape", "arguments": {...}}   →   {"result": {...}} or {"error": "[matmul] inner sizes differ:
//   ..."}
//
// The same calls serve the page, in WebAssembly, and a native program whose answers the tests compare with
// the page.

#include <functional>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace xgrad::web {

using Json = nlohmann::json;
using Calls = std::map<std::string, std::function<Json(const Json& arguments)>>;

// One function for each panel. Each returns its calls, whose state, if any, they share.
Calls tape_calls();
Calls attention_calls();
Calls training_calls();
Calls exercise_calls();

/// The calls of all panels.
Calls all_calls();

/// Answers one request. Never throws: what is wrong with the request, and each exception of the library, is
/// the answer's error.
std::string respond(const Calls& calls, const std::string& request);

}  // namespace xgrad::web
