// Package scalesim reads the topology files of SCALE-Sim: comma-separated rows
// of layers.
//
//	name, H, W, fh, fw, C, F, s [, s_w] [, n:m]     L = ⌈(H − fh + s)/s⌉·⌈(W − fw + s_w)/s_w⌉, N = fh·fw·C, M = F
//	name, L, M, N [, n:m]                           a product of matrices; the file calls them M, N, K
//
// H×W is the padded input, fh×fw the filter, C the channels, F the filters and
// s the stride, which s_w replaces along W. Windows that hang over the edge
// count. Padding is not told from the input, so its zeros count among the inputs, and
// poolings between two layers are not told of. A name with "DP" in it is a depthwise layer: C groups with fh·fw
// inputs each.
//
// The first line is a heading and says nothing. Blank lines, spaces, empty
// cells behind a row, CRLF and a byte order mark do not matter. What stands
// behind an empty cell is a remark of the author's. The sparsity n:m, n weights
// of m, is read and remarked on: an array has a cell for the zeros too.
package scalesim
