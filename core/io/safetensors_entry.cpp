#include <xgrad/core/io/safetensors_entry.hpp>

namespace xgrad::safetensors {
namespace {

void read_type(const Field& dtype, Entry& entry) {
  if (dtype.kind != "string") throw tensor_problem(entry.name, "dtype is not a string but " + dtype.kind);
  entry.type = find_type(dtype.string);
  if (!entry.type || !entry.type->dtype)
    entry.unreadable = "dtype " + dtype.shown() + " is not one that can be read";
}

void read_shape(const Field& sizes, Entry& entry) {
  if (sizes.kind != "array" || !sizes.is_unsigned)
    throw tensor_problem(entry.name, "shape is not an array of integers from 0 up but " + sizes.shown());
  if (!sizes.product)
    throw tensor_problem(entry.name, "shape " + sizes.shown() + " has more elements than can be counted");
  entry.count = sizes.has_zero ? 0 : *sizes.product;
  if (entry.type && entry.count % 8 * entry.type->bits % 8 != 0) {
    throw tensor_problem(entry.name, "shape " + sizes.shown() + " of " + std::string(entry.type->tag) +
                                         " does not fill its last byte");
  }
  if (sizes.count > Shape::max_dims) {
    entry.unreadable = "shape has " + std::to_string(sizes.count) + " dims, at most " +
                       std::to_string(Shape::max_dims) + " can be read";
    return;
  }
  for (const std::uint64_t size : sizes.numbers) entry.shape.push_back(static_cast<std::int64_t>(size));
}

void read_offsets(const Field& offsets, Entry& entry) {
  if (offsets.kind != "array" || offsets.count != 2 || !offsets.is_unsigned)
    throw tensor_problem(entry.name, "data_offsets are not two integers from 0 up but " + offsets.shown());
  entry.begin = offsets.numbers[0];
  entry.end = offsets.numbers[1];
}

}  // namespace

Problem tensor_problem(const std::string& name, const std::string& text) {
  return {"tensor " + shown_name(name) + ": " + text};
}

Entry read_entry(const std::string& name, const Fields& fields) {
  if (fields.dtype.kind.empty()) throw tensor_problem(name, "has no dtype");
  if (fields.shape.kind.empty()) throw tensor_problem(name, "has no shape");
  if (fields.data_offsets.kind.empty()) throw tensor_problem(name, "has no data_offsets");
  Entry entry;
  entry.name = name;
  read_type(fields.dtype, entry);
  read_shape(fields.shape, entry);
  read_offsets(fields.data_offsets, entry);
  return entry;
}

}  // namespace xgrad::safetensors
