#include "calls.hpp"

#include <exception>
#include <new>
#include <stdexcept>

namespace xgrad::web {
namespace {

constexpr std::size_t most_bytes = 100'000;
constexpr int most_depth = 1000;  // deeper lists and trees would overflow the stack of those who walk them

Json parsed(const std::string& text) {
  if (text.size() > most_bytes) {
    throw std::length_error("[page] the request has " + std::to_string(text.size()) + " bytes; at most " +
                            std::to_string(most_bytes) + " are read");
  }
  return Json::parse(text, [](int depth, Json::parse_event_t, const Json&) {
    if (depth <= most_depth) return true;
    throw std::length_error("[page] the request is nested deeper than " + std::to_string(most_depth));
  });
}

Json answer(const Calls& calls, const std::string& text) {
  const Json request = parsed(text);
  const std::string name = request.at("call").get<std::string>();
  const auto call = calls.find(name);
  if (call == calls.end()) throw std::invalid_argument("[page] there is no call \"" + name + "\"");
  return call->second(request.value("arguments", Json::object()));
}

std::string error(const std::string& message) {
  // A message may quote bytes that are not UTF-8.
  return Json{{"error", message}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Calls all_calls() {
  Calls all;
  for (Calls calls : {tape_calls(), attention_calls(), training_calls(), exercise_calls()}) all.merge(calls);
  return all;
}

std::string respond(const Calls& calls, const std::string& request) {
  try {
    return Json{{"result", answer(calls, request)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception& e) {
    return error(std::string("[page] the request cannot be read: ") + e.what());
  } catch (const std::bad_alloc&) {
    return error("[page] there is not enough memory for that");
  } catch (const std::exception& e) {
    return error(e.what());
  }
}

}  // namespace xgrad::web
