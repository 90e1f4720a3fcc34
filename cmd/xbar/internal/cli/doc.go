// Package cli is the command line of xbar.
//
//	exit code = 0 done, 1 the run failed or was interrupted, 2 usage or config
//
// Results go to standard output, everything else to standard error. The help
// texts of this package are the doc comment of the command; a test keeps the
// two the same.
package cli
