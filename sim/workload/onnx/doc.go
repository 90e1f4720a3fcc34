// Package onnx reads what an ONNX model computes in one inference: products of
// matrices as layers, and all else by operator.
//
//	Conv            L = B·Π places, N = C/g·Π k, M = F/g, g times
//	ConvTranspose   L = B·Π inputs, N = C/g,     M = F/g·Π k, g times
//	Gemm, MatMul    L = rows of X,  N·M = W; as often as there are different W
//	Einsum          the same, where it is a product of two operands
//	LSTM, GRU, RNN  L = T·B, N = inputs and once more N = H, M = 4·H, 3·H, H; once a direction
//
// with a batch of B, C channels, F filters of Π k elements, g groups, T steps and a
// state of H. Products with padding count, for an array does them too. A
// transposed convolution multiplies each place of its input with all filters and
// adds the patches that come of it where they overlap. W is what depends on no
// input of the model; where both operands do, the layer is dynamic and W is the
// second.
//
// Operands have the bits of their integers where the model is quantised, be it by
// operators for integers (QLinearConv, MatMulInteger …) or by DequantizeLinear
// before an operator for reals; what only moves elements passes them on. Biases
// and the rescaling of sums belong to the layer and are not listed.
//
// Sizes follow from those of the model's inputs, operator by operator; where an
// operator is unknown, from the file's own. Small tensors that sizes are computed
// with are computed. A first dimension without a size is the batch and taken as
// 1; any other is an error. What depends on no input costs nothing. An operation
// is one step of arithmetic for one element: an elementwise operator takes one for
// each element that comes out, a reduction or a pooling one for each that goes in,
// and the table of operators says how many the others take.
//
// What is computed beside the products is put behind the layer before it: its
// operations, and the elements that it reads and writes. One step for each element
// of one operand, as a ReLU, is taken to be done on the way and moves nothing.
//
// The file is read without generated code, by field numbers of onnx.proto
// (github.com/onnx/onnx). Of its tensors only dimensions and types are read, but by
// [ReadChain], which also takes the weights of a model that is one layer after the
// other, and lays windows out as the vectors that its layers multiply.
package onnx
