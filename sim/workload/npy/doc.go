// Package npy reads and writes NPY files, the arrays that NumPy saves.
//
//	file = "\x93NUMPY" major minor, length of the header, header, Π shape × element
//
// The header is a Python dictionary of three keys: descr, the type of the elements,
// fortran_order, whether the first dimension runs fastest, and shape. Elements are
// numbers of one to eight bytes in either byte order, or booleans; what else NumPy
// saves (complex numbers, text, records, objects) is an error.
//
// Format: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays", and
// numpy.lib.format for versions 2 and 3.
package npy
