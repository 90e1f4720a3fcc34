// Package onnx reads what an ONNX model computes.
package onnx
