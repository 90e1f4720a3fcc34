// Package idx reads and writes IDX files, the tensors that MNIST and its
// descendants are distributed as.
//
//	file = 0 0 type rank, rank × uint32 dimension, Π dimensions × element
//
// everything big-endian and the last dimension running fastest. A file that
// starts with gzip's magic number is unpacked on the way.
//
// Format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten
// digits", section "The IDX file format".
package idx
