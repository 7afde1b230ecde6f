#include "attention_picture.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include <xgrad/training/markup.hpp>

using namespace xgrad;

namespace g2p {

std::string attention_text(const Reading& reading) {
  constexpr std::string_view shades = " .:-=+*#%@";
  std::size_t width = 2;
  for (const std::string& phoneme : reading.phonemes) width = std::max(width, phoneme.size());
  const auto row = [width](const std::string& name) {
    return "  " + name + std::string(width - name.size(), ' ');
  };
  std::string text = row("");
  for (const std::string& letter : reading.letters_and("|")) text += ' ' + letter;
  const Tensor weights = reading.weights();
  for (std::size_t q = 0; q < reading.phonemes.size(); ++q) {
    text += '\n' + row(reading.phonemes[q]);
    for (std::size_t k = 0; k <= reading.word.size(); ++k) {
      const double weight = weights.at({static_cast<std::int64_t>(q), static_cast<std::int64_t>(k)});
      text += std::string(" ") + shades[static_cast<std::size_t>(std::clamp(weight, 0.0, 1.0) * 9.99)];
    }
    text.erase(text.find_last_not_of(' ') + 1);
  }
  return text + '\n';
}

std::string attention_drawing(const std::vector<Reading>& readings) {
  constexpr int margin = 8, scale = 2, line = 16;  // attention_svg draws in units of half a pixel
  int width = 0, top = margin;
  std::string drawings;
  for (const Reading& reading : readings) {
    const std::string name = reading.title();
    std::string drawing =
        training::attention_svg("attention of phonemes to letters, " + name, reading.phonemes_and("end"),
                                reading.letters_and("end"), reading.weights());
    int w = 0, h = 0;
    const std::size_t box = drawing.find("viewBox");
    std::sscanf(drawing.c_str() + box, "viewBox=\"0 0 %d %d", &w, &h);
    const auto number = [](int n) { return std::to_string(n); };
    drawing.insert(box, "x=\"" + number(margin) + "\" y=\"" + number(top + line) + "\" width=\"" +
                            number(scale * w) + "\" height=\"" + number(scale * h) + "\" ");
    drawings += "<text x=\"" + number(margin) + "\" y=\"" + number(top + 11) + "\">" +
                training::escaped(name) + "</text>\n" + drawing;
    width = std::max({width, scale * w, static_cast<int>(8 * name.size())});
    top += line + scale * h + 2 * margin;
  }
  const std::string size = std::to_string(width + 2 * margin), height = std::to_string(top);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + size + "\" height=\"" + height +
         "\" viewBox=\"0 0 " + size + ' ' + height +
         "\" font-family=\"monospace\" font-size=\"13\" fill=\"currentColor\">\n<style>svg { color: #1f2328 "
         "} "
         "@media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }</style>\n" +
         drawings + "</svg>\n";
}

}  // namespace g2p
