//go:build unix

package sweep

import (
	"errors"
	"os"
	"syscall"
)

// lock holds a file for this process until it is closed or the process ends.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errors.New("another xbar is at work on it")
	}
	return nil // also where the file system has no locks
}
