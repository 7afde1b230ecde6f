#include "open_model.hpp"

#include <stdexcept>

using namespace xgrad;

namespace g2p {

Pronouncer open_model(const std::string& run) {
  const training::SavedModel saved = training::load_saved_model(run);
  try {
    Pronouncer model = Pronouncer::from_metadata(saved.metadata);
    model.load_state_dict(saved.state);
    return model;
  } catch (const std::exception& error) {
    throw std::runtime_error(saved.path.string() + ": " + error.what());
  }
}

}  // namespace g2p
