// Step head_pose: yaw, pitch and roll of the head from a few landmarks.
// The formulas stand in the numpy form, zoo/steps/head_pose.py.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo::pose {

using Vector3 = std::array<double, 3>;
using Matrix3 = std::array<Vector3, 3>;

inline double dot(const Vector3& a, const Vector3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

inline Vector3 cross(const Vector3& a, const Vector3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

// Inverse of a symmetric matrix: its adjugate over its determinant.
inline Matrix3 inverse(const Matrix3& m) {
  Matrix3 result = {cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])};
  const double determinant = dot(m[0], result[0]);
  for (Vector3& row : result) {
    for (double& value : row) value /= determinant;
  }
  return result;
}

inline std::vector<Vector3> centred(std::vector<Vector3> points) {
  Vector3 mean{};
  for (const Vector3& point : points) {
    for (std::size_t i = 0; i < 3; ++i) mean[i] += point[i] / static_cast<double>(points.size());
  }
  for (Vector3& point : points) {
    for (std::size_t i = 0; i < 3; ++i) point[i] -= mean[i];
  }
  return points;
}

// The affine map [2, 3] from centred face to centred points (at z = 0), by least squares.
inline std::array<Vector3, 2> fit_affine(const std::vector<Vector3>& points,
                                         const std::vector<Vector3>& face) {
  Matrix3 moments{};
  std::array<Vector3, 2> correlation{};
  for (std::size_t k = 0; k < face.size(); ++k) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t i = 0; i < 3; ++i) moments[i][j] += face[k][i] * face[k][j];
      for (std::size_t i = 0; i < 2; ++i) correlation[i][j] += points[k][i] * face[k][j];
    }
  }
  const Matrix3 inverted = inverse(moments);
  std::array<Vector3, 2> affine{};
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) affine[i][j] = dot(correlation[i], inverted[j]);
  }
  return affine;
}

// The nearest map with orthonormal rows: (A A^T)^(-1/2) A; nan where A has no two directions.
inline std::array<Vector3, 2> nearest_rotation(const std::array<Vector3, 2>& affine) {
  const double xx = dot(affine[0], affine[0]);
  const double yy = dot(affine[1], affine[1]);
  const double xy = dot(affine[0], affine[1]);
  const double trace = xx + yy;
  const double determinant = xx * yy - xy * xy;
  const bool flat = !(determinant > 1e-9 * trace * trace);
  const double d = flat ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(determinant);
  const double scale = d * std::sqrt(trace + 2 * d);  // inverse of [[a, b], [b, c]] over scale
  std::array<Vector3, 2> rows{};
  for (std::size_t i = 0; i < 3; ++i) {
    rows[0][i] = ((yy + d) * affine[0][i] - xy * affine[1][i]) / scale;
    rows[1][i] = ((xx + d) * affine[1][i] - xy * affine[0][i]) / scale;
  }
  return rows;
}

}  // namespace zoo::pose

namespace zoo {

// Adds value "head_pose": yaw, pitch, roll in degrees, from "landmarks".
// points: indices of landmarks.  face: their places on an average face that looks into the camera.
inline void head_pose(Values& values, const Frame&, const std::vector<std::size_t>& points,
                      const std::vector<pose::Vector3>& face) {
  const std::vector<double>& xy = std::get<Tensor>(values.at("landmarks")).data;
  std::vector<pose::Vector3> chosen;
  for (std::size_t i : points) chosen.push_back({xy[2 * i], xy[2 * i + 1], 0});
  const auto [first, second] =
      pose::nearest_rotation(pose::fit_affine(pose::centred(chosen), pose::centred(face)));
  const pose::Vector3 third = pose::cross(first, second);
  const double degrees = 180 / std::acos(-1.0);
  const double yaw = std::asin(std::clamp(third[0], -1.0, 1.0));
  const double pitch = std::atan2(-third[1], third[2]);
  const double roll = std::atan2(second[0], first[0]);
  values["head_pose"] = Tensor{{3}, {yaw * degrees, pitch * degrees, roll * degrees}};
}

}  // namespace zoo
