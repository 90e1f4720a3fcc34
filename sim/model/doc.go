// Package model is how a physical number comes about.
//
//	value = equation(inputs)
//
// where each input is a key of the config, a published constant or a figure
// itself. A [Figure] keeps equation, inputs and source together with the value,
// so that whatever is charged can be explained:
//
//	e = C·V² = 10.8 fF · (400 mV)² = 1.73 fJ
//
// A [Choice] is one of several models of the same thing, and names the keys
// that it needs.
package model
