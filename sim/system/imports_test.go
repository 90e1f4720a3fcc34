package system_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house says which package may import what, besides the standard library.
// Paths are those below xbar/; a pattern that ends in /... includes what is
// beneath. The first line that matches a package is its rule.
//
//	sim, sim/model ← sim/energy, sim/trace, sim/workload ← machines, sim/mapping ← configs ← sim/system ← sim/validate, sim/sweep ← sim/report ← cmd
//
// Machines know workloads as data, and nothing of mappings, configs or each
// other. Nothing but cmd imports cmd, because nothing here lists it.
var house = []struct {
	packages string
	imports  []string
}{
	{"sim/unit", nil},
	{"sim/model", []string{"sim/unit"}},
	{"sim/model/modeltest", []string{"sim/model"}},
	{"sim/technology", []string{"sim/model", "sim/unit"}},
	{"sim/theory", nil},
	{"sim/internal/...", nil},
	{"sim", []string{"sim/internal/..."}},
	{"sim/energy", []string{"sim/unit"}},
	{"sim/trace/tracetest", nil},
	{"sim/trace", []string{"sim", "sim/unit"}},
	{"sim/workload/onnx", []string{"sim/workload", "google.golang.org/protobuf/encoding/protowire"}},
	{"sim/workload/...", []string{"sim/workload/...", "github.com/BurntSushi/toml"}},
	{"sim/mapping", []string{"sim/workload"}},

	{"adc/adctest", []string{"pgregory.net/rapid"}},
	{"dac/dactest", []string{"pgregory.net/rapid"}},
	{"adc", []string{"sim/model", "sim/unit"}},
	{"dac", []string{"sim/model", "sim/technology", "sim/unit"}},
	{"crossbar/kernel", []string{"golang.org/x/sys/cpu"}},
	{"crossbar/...", []string{"crossbar/...", "adc", "dac", "sim", "sim/unit", "sim/model", "sim/technology", "sim/energy", "sim/trace", "gonum.org/v1/gonum/..."}},
	{"digital/...", []string{"digital/...", "sim", "sim/unit", "sim/model", "sim/technology", "sim/energy", "sim/trace", "sim/workload"}},

	{"configs/networks", []string{"sim/workload"}},
	{"configs", []string{"adc", "dac", "crossbar/...", "digital/...", "sim/unit", "sim/model", "sim/technology", "sim/workload/...", "github.com/BurntSushi/toml"}},
	{"sim/system/...", []string{
		"sim/system/...", "configs", "adc", "dac", "crossbar/...", "digital/...",
		"sim", "sim/unit", "sim/model", "sim/technology", "sim/energy", "sim/trace", "sim/workload", "sim/mapping", "sim/theory",
		"golang.org/x/sync/errgroup", "gonum.org/v1/gonum/...",
	}},
	{"sim/validate", []string{
		"sim/system", "sim/theory", "sim/technology", "sim/unit", "configs", "adc", "dac", "crossbar/device", "digital/memory", "digital/network", "digital/peripheral",
		"golang.org/x/sync/errgroup",
	}},
	{"sim/sweep/slurm", nil},
	{"sim/sweep", []string{"sim/system", "sim/unit", "configs", "gonum.org/v1/gonum/..."}},
	{"sim/report/...", []string{
		"sim/report/...", "sim", "sim/trace", "sim/sweep", "sim/system", "sim/validate", "sim/workload", "sim/unit", "sim/model", "sim/energy", "gonum.org/v1/plot/...", "golang.org/x/image/font",
	}},
	{"cmd/...", []string{
		"cmd/...", "configs", "sim", "sim/unit", "sim/trace", "sim/workload/...", "sim/mapping", "sim/theory", "sim/system", "sim/sweep", "sim/sweep/slurm", "sim/validate", "sim/report/...", "gonum.org/v1/gonum/mat",
	}},
	{"examples/14-lenet/train", []string{"sim/workload", "sim/workload/...", "gonum.org/v1/gonum/...", "golang.org/x/sync/errgroup", "google.golang.org/protobuf/encoding/protowire"}},
	{"examples/...", []string{"sim/...", "configs", "digital/kernel", "gonum.org/v1/gonum/...", "golang.org/x/sync/errgroup"}},
	{"", nil}, // the root has benchmarks only
}

func TestImportDirection(t *testing.T) {
	root := filepath.Join("..", "..")
	openAll(t, root)
	standard := map[string]bool{}
	packages := goList(t, root)
	for _, p := range packages {
		standard[p.ImportPath] = p.Standard
	}
	ours := 0
	for _, p := range packages {
		if !isOurs(p.ImportPath) {
			continue
		}
		ours++
		for _, imported := range p.Imports {
			if !standard[imported] && !mayImport(p.ImportPath, imported) {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
		}
	}
	if ours < 20 {
		t.Errorf("go list finds %d packages of this module", ours)
	}
}

func TestImportRules(t *testing.T) {
	for _, test := range []struct {
		importer, imported string
		want               bool
	}{
		{"xbar/sim", "xbar/sim/internal/eventq", true},
		{"xbar/sim", "xbar/sim/energy", false},
		{"xbar/sim", "gonum.org/v1/gonum/stat", false},
		{"xbar/sim/theory", "xbar/sim", false},
		{"xbar/sim/theory", "xbar/crossbar", false},
		{"xbar/adc", "xbar/dac", false},
		{"xbar/crossbar", "xbar/digital/memory", false},
		{"xbar/digital", "xbar/sim/workload", true},
		{"xbar/digital", "xbar/sim/mapping", false},
		{"xbar/digital", "xbar/configs", false},
		{"xbar/sim/mapping", "xbar/crossbar", false},
		{"xbar/configs", "xbar/crossbar/device", true},
		{"xbar/configs", "xbar/sim/system", false},
		{"xbar/sim/system/analog", "xbar/sim/report", false},
		{"xbar/sim/validate", "xbar/sim/system", true},
		{"xbar/sim/validate", "xbar/sim/system/analog", false},
		{"xbar/sim/validate", "xbar/sim/report", false},
		{"xbar/sim/report", "xbar/cmd/xbar/internal/cli", false},
		{"xbar/cmd/xbar", "xbar/cmd/xbar/internal/cli", true},
		{"xbar/examples/01-fashion-mlp/train", "xbar/cmd/xbar", false},
		{"xbar/simulator", "xbar/sim/unit", false}, // no rule
	} {
		if got := mayImport(test.importer, test.imported); got != test.want {
			t.Errorf("%s may import %s: %v", test.importer, test.imported, got)
		}
	}
}

func mayImport(importer, imported string) bool {
	for _, rule := range house {
		if matches(rule.packages, below(importer)) {
			return slices.ContainsFunc(rule.imports, func(pattern string) bool { return matches(pattern, below(imported)) })
		}
	}
	return false
}

func matches(pattern, path string) bool {
	tree, whole := strings.CutSuffix(pattern, "/...")
	return path == tree || whole && strings.HasPrefix(path, tree+"/")
}

func isOurs(path string) bool { return path == "xbar" || strings.HasPrefix(path, "xbar/") }

// below is a path without the module's name; others' stay whole.
func below(path string) string {
	if path == "xbar" {
		return ""
	}
	return strings.TrimPrefix(path, "xbar/")
}

type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

func goList(t *testing.T, root string) (packages []listed) {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports", "./...")
	list.Dir = root
	out, err := list.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		t.Fatalf("%v: %v\n%s", list, err, failed.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// openAll reads the module's folders. What go list reads, go test does not
// see; it repeats a cached result until something changes that the test itself
// has opened.
func openAll(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
