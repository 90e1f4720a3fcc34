package configs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xbar/configs"
)

// Every key that is listed is one that a config may hold there: a wrong value of
// it is not an unknown key, and no other key is allowed.
func TestTables(t *testing.T) {
	tables := configs.Tables()
	for i := range tables {
		table := &tables[i]
		if strings.HasPrefix(table.Path, "machine.memory") || table.Path == "" {
			continue // keys of lists of tables within a machine have no path of their own
		}
		kind := "analog"
		if table.Machines != nil {
			kind = table.Machines[0]
		}
		header := "[" + table.Path + "]"
		if table.List {
			header = "[" + header + "]"
		} else if strings.HasPrefix(table.Path, "machine.") {
			header = "[[machine]]\nname = \"m\"\nkind = \"" + kind + "\"\n" + header
		}
		_, err := configs.Parse("keys.toml", []byte(header+"\nno_such_key = 1\n"), nil, nil)
		if err == nil {
			t.Fatalf("[%s] has no_such_key", table.Path)
		}
		_, allowed, _ := strings.Cut(err.Error(), `unknown key "no_such_key"`)
		_, allowed, _ = strings.Cut(allowed, "allowed: ")
		allowed, _, _ = strings.Cut(allowed, "\n")
		var keys []string
		for _, k := range table.Keys {
			keys = append(keys, k.Name)
			if k.Allowed == "" {
				t.Errorf("[%s] does not say what %s may be", table.Path, k.Name)
			}
		}
		for _, key := range strings.Split(allowed, ", ") {
			below := slices.ContainsFunc(tables, func(x configs.Table) bool { return x.Path == table.Path+"."+key })
			if !slices.Contains(keys, key) && !below && key != "preset" && key != "source" {
				t.Errorf("[%s] may hold %q, which is not listed", table.Path, key)
			}
		}
		for _, key := range keys {
			if !slices.Contains(strings.Split(allowed, ", "), key) {
				t.Errorf("[%s] lists %q, which it may not hold: %s", table.Path, key, allowed)
			}
		}
		for _, g := range table.Models {
			for _, key := range append(g.Keys(), g.Key) {
				if !slices.Contains(keys, key) {
					t.Errorf("[%s] has a model with the key %q, which is not listed", table.Path, key)
				}
			}
		}
	}
}

func ExampleFindTables() {
	for _, t := range configs.FindTables("core") {
		fmt.Println(t.Path, t.Machines)
		for _, k := range t.Keys[:2] {
			fmt.Println(k.Name, k.Needed, k.Allowed)
		}
	}
	// Output:
	// machine.core [scalar]
	// order false auto, lmn, lnm, mln, mnl, nlm, nml
	// tile_l false 1 to 1000000000000000
}
