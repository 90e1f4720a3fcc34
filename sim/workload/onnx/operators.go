package onnx

// operator says how the sizes of a node's results follow from its operands, and
// what the node costs.
type operator struct {
	shape  func(n *call) error
	inputs int  // the first so many operands are needed, and their sizes
	kernel bool // it adds layers
	keeps  bool // results hold integers of the first operand, unchanged
	free   bool // nothing is computed when it is run

	perOutput float64 // steps of arithmetic for an element of the first result
	perInput  float64 // likewise of the first operand
}

// operators are those that are read. They are added by init, for they look each
// other up: graphs in nodes are searched for kernels.
var operators map[string]operator

func init() {
	operators = map[string]operator{}
	add := func(op operator, names ...string) {
		for _, name := range names {
			operators[name] = op
		}
	}

	// One step an element.
	add(operator{shape: same, inputs: 1, perOutput: 1},
		"Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Celu", "Clip", "Cos", "Cosh", "Elu", "Erf", "Exp",
		"Floor", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Log", "Mish", "Neg", "Not", "Reciprocal", "Relu",
		"Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh", "ThresholdedRelu",
		"BitwiseNot", "CumSum", "PRelu", "com.microsoft.Gelu", "com.microsoft.FastGelu", "com.microsoft.QuickGelu", "com.microsoft.QLinearSigmoid", "com.microsoft.QLinearLeakyRelu")
	add(operator{shape: ofType(tBool, same), inputs: 1, perOutput: 1}, "IsInf", "IsNaN")
	add(operator{shape: over(2), inputs: 2, perOutput: 1},
		"Add", "Sub", "Mul", "Div", "Pow", "Mod", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor")
	add(operator{shape: ofType(tBool, over(2)), inputs: 2, perOutput: 1},
		"And", "Or", "Xor", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
	add(operator{shape: variadic, inputs: 1}, "Max", "Min", "Mean", "Sum")
	add(operator{shape: where, inputs: 3, perOutput: 1}, "Where")
	add(operator{shape: cast, inputs: 1, perOutput: 1}, "Cast")
	add(operator{shape: castLike, inputs: 2, perOutput: 1}, "CastLike")
	add(operator{shape: quantize, inputs: 1, perOutput: 1}, "QuantizeLinear", "com.microsoft.QuantizeLinear")
	add(operator{shape: dequantize, inputs: 2, perOutput: 1}, "DequantizeLinear", "com.microsoft.DequantizeLinear")
	add(operator{shape: dynamicQuantize, inputs: 1, perOutput: 3}, "DynamicQuantizeLinear") // least, largest, quotient
	add(operator{shape: qlinearBinary, inputs: 4, perOutput: 1}, "com.microsoft.QLinearAdd", "com.microsoft.QLinearMul")

	// Reductions: one step for each element that goes in.
	add(operator{shape: reduce, inputs: 1, perInput: 1},
		"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare")
	add(operator{shape: argument, inputs: 1, perInput: 1}, "ArgMax", "ArgMin")
	add(operator{shape: globalPool, inputs: 1, perInput: 1}, "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "com.microsoft.QLinearGlobalAveragePool")
	add(operator{shape: pool, inputs: 1}, "AveragePool", "LpPool", "com.microsoft.QLinearAveragePool")
	add(operator{shape: pool, inputs: 1, keeps: true}, "MaxPool")

	// Softmax: maximum, difference, exponential, sum, quotient. The others: sum,
	// difference, square, sum, product with 1/σ, and a scale and an offset if they
	// have them; a batch normalisation that is known beforehand has only the latter.
	add(operator{shape: same, inputs: 1, perOutput: 5}, "Softmax", "LogSoftmax", "Hardmax")
	add(operator{shape: batchNormalization, inputs: 1, perOutput: 2}, "BatchNormalization")
	add(operator{shape: same, inputs: 1, perOutput: 7}, "InstanceNormalization", "GroupNormalization")
	add(operator{shape: layerNormalization, inputs: 1, perOutput: 7}, "LayerNormalization")
	add(operator{shape: layerNormalization, inputs: 1, perOutput: 4}, "RMSNormalization", "SimplifiedLayerNormalization")
	add(operator{shape: same, inputs: 1, perOutput: 5}, "MeanVarianceNormalization")
	add(operator{shape: same, inputs: 1, perOutput: 3}, "LpNormalization") // square, sum, quotient
	add(operator{shape: localResponse, inputs: 1}, "LRN")

	// What only moves elements.
	add(operator{shape: identity, inputs: 1, keeps: true, free: true}, "Identity", "Dropout")
	add(operator{shape: reshape, inputs: 1, keeps: true, free: true}, "Reshape")
	add(operator{shape: flatten, inputs: 1, keeps: true, free: true}, "Flatten")
	add(operator{shape: squeeze, inputs: 1, keeps: true, free: true}, "Squeeze")
	add(operator{shape: unsqueeze, inputs: 1, keeps: true, free: true}, "Unsqueeze")
	add(operator{shape: transpose, inputs: 1, keeps: true}, "Transpose")
	add(operator{shape: concat, inputs: 1, keeps: true}, "Concat")
	add(operator{shape: qlinearConcat, inputs: 3}, "com.microsoft.QLinearConcat")
	add(operator{shape: slice, inputs: 1, keeps: true}, "Slice")
	add(operator{shape: split, inputs: 1, keeps: true}, "Split")
	add(operator{shape: gather, inputs: 2, keeps: true}, "Gather")
	add(operator{shape: likeSecond, inputs: 2, keeps: true}, "GatherElements")
	add(operator{shape: gatherND, inputs: 2, keeps: true}, "GatherND")
	add(operator{shape: same, inputs: 1, keeps: true}, "Scatter", "ScatterElements", "ScatterND", "ReverseSequence", "Trilu")
	add(operator{shape: expand, inputs: 1, keeps: true}, "Expand")
	add(operator{shape: tile, inputs: 1, keeps: true}, "Tile")
	add(operator{shape: pad, inputs: 1, keeps: true}, "Pad")
	add(operator{shape: depthToSpace, inputs: 1, keeps: true}, "DepthToSpace")
	add(operator{shape: spaceToDepth, inputs: 1, keeps: true}, "SpaceToDepth")
	add(operator{shape: resize, inputs: 1, perOutput: 1}, "Resize", "Upsample")
	add(operator{shape: topK, inputs: 1}, "TopK")
	add(operator{shape: oneHot, inputs: 1}, "OneHot")
	add(operator{shape: gridSample, inputs: 2, perOutput: 1}, "GridSample")

	// Sizes and constants, which nothing waits for.
	add(operator{shape: shapeOf, inputs: 1, free: true}, "Shape")
	add(operator{shape: sizeOf, inputs: 1, free: true}, "Size")
	add(operator{shape: constant}, "Constant")
	add(operator{shape: constantOfShape, inputs: 1}, "ConstantOfShape")
	add(operator{shape: sequence, inputs: 3}, "Range")
	add(operator{shape: eyeLike, inputs: 1, free: true}, "EyeLike")

	// Products of matrices.
	add(operator{shape: conv(0, 1), inputs: 2, kernel: true}, "Conv", "com.microsoft.FusedConv")
	add(operator{shape: ofType(tInt32, conv(0, 1)), inputs: 2, kernel: true}, "ConvInteger")
	add(operator{shape: conv(0, 3), inputs: 4, kernel: true}, "QLinearConv")
	add(operator{shape: convTranspose, inputs: 2, kernel: true}, "ConvTranspose")
	add(operator{shape: gemm(0, 1), inputs: 2, kernel: true}, "Gemm", "com.microsoft.FusedGemm")
	add(operator{shape: gemm(0, 3), inputs: 4, kernel: true}, "com.microsoft.QGemm")
	add(operator{shape: matMul(0, 1), inputs: 2, kernel: true}, "MatMul")
	add(operator{shape: ofType(tInt32, matMul(0, 1)), inputs: 2, kernel: true}, "MatMulInteger")
	add(operator{shape: matMul(0, 3), inputs: 4, kernel: true}, "QLinearMatMul")
	add(operator{shape: einsum, inputs: 1, kernel: true}, "Einsum")
	add(operator{shape: recurrent(4, 13), inputs: 3, kernel: true}, "LSTM") // sums 4, activations 5, products 3, sum 1
	add(operator{shape: recurrent(3, 11), inputs: 3, kernel: true}, "GRU")  // sums 3, activations 3, products 3, difference 1, sum 1
	add(operator{shape: recurrent(1, 2), inputs: 3, kernel: true}, "RNN")   // sum 1, activation 1
}
