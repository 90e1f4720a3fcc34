// Package workload holds kernels as data: what is computed, on no machine in
// particular.
//
//	Y[L×M] = X[L×N] · W[N×M],  MACs = L·N·M, one MAC is two operations
//
// A grouped or depthwise convolution, or attention of several heads, is G such
// products side by side, of vectors of G·N numbers that give G·M: MACs = G·L·N·M.
//
// A kernel's shape is enough for statistical runs. Values come from a network
// file ([LoadNetwork]), TOML with its tensors as IDX files beside it:
//
//	title = "784-256-10"
//
//	[[layer]]
//	name = "fc1"
//	weights = "fc1.weights.idx"   # int8, N×M
//	bias = "fc1.bias.idx"         # int32, M; may be left out
//	input_bits = 8
//	signed_input = false
//	weight_bits = 8
//	multiplier = 17592            # Requantize: sums to the next layer's inputs;
//	shift = 22                    # a last layer may leave out all four, its
//	low = 0                       # sums are then logits of 32 bits
//	high = 255
//
// or from an ONNX model, as a [Chain] of layers in real numbers, which [LoadChain] puts
// into integers: a step for each layer's weights, and one for its outputs, by what a
// sample of the inputs causes. Between layers numbers go along a [Route]: a window of
// an image becomes a vector, of which what is pooled comes first.
//
//	y = clamp(route(x)·W + b),  x = step_x·X,  W = step_w·W',  y = step_y·Y
package workload
