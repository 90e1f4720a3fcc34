package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const numbersStudy = `inferences = 1000
[workload]
network = "net.toml"
dataset = "mnist"
[[machine]]
name = "a"
kind = "scalar"
preset = "scalar-45nm"
`

// A data set is looked for in the folders that the environment names, then where
// Debian has it; where there is none, the study's own inputs are taken, if it has any.
func TestDataset(t *testing.T) {
	if exists(filepath.Join(datasetsFolder, "mnist", "t10k-images-idx3-ubyte.gz")) {
		t.Skip("mnist is installed")
	}
	folder := t.TempDir()
	write := func(path, text string) string {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	study := write("study.toml", numbersStudy)
	t.Setenv(datasetsVariable, filepath.Join(folder, "none")+string(filepath.ListSeparator)+filepath.Join(folder, "sets"))
	_, err := Load(study, nil)
	if err == nil || !strings.Contains(err.Error(), `study.toml:4:11: data set "mnist" is in none of`) {
		t.Error(err)
	}
	with, err := Load(study, []string{"workload.inputs=own.idx"})
	if err != nil || with.Workload.Inputs != filepath.Join(folder, "own.idx") || with.Workload.Installed {
		t.Error(with, err)
	}
	images := write("sets/mnist/t10k-images-idx3-ubyte.gz", "")
	labels := write("sets/mnist/t10k-labels-idx1-ubyte.gz", "")
	for _, sets := range [][]string{nil, {"workload.inputs=own.idx"}} {
		c, err := Load(study, sets)
		if err != nil || c.Workload.Inputs != images || c.Workload.Labels != labels || !c.Workload.Installed {
			t.Error(c, err)
		}
	}
}
