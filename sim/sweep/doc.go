// Package sweep runs a what-if study: one simulation for each point of a set.
//
//	points = axis₁ × axis₂ × …          grid: zipped axes count as one
//	point i = base config, axis_a := value_a(i)
//
// A point's values follow from its number alone, so that any part of the study can be
// computed anywhere: shard s of n has the points i with i mod n = s − 1. What comes out
// of a point is written to the shard's journal at once, a line a point, in the order in
// which points end; a study that is killed goes on where it was. A line that was cut off
// is dropped and its point computed again. [Merge] puts the journals' lines in the order
// of the points, and is the same, byte for byte, however many workers and shards there
// were.
//
// [Questions] are what points are asked: the best ones, fronts, Sobol's indices, a tornado,
// crossings, a heat map. Those that need points beside the study's have them from an
// [Aside]. Where there are too many points to compute, a study searches, and [Compare]
// sets two studies beside each other.
package sweep
