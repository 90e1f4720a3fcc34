// Package kernel is the exact integer oracle: what a kernel computes, with no
// machine in between.
//
//	Y[l][m] = Σ_n X[l][n] · W[n][m]
//
// Three plain loops over int64. Every machine that claims exact values is
// compared with it. The sums are exact while N · 2^(input bits + weight bits)
// stays below 2⁶³.
package kernel
