package report

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// finite reports the first number of a result that is NaN or infinite, by the
// path it has in JSON.
func finite(result any) error { return finiteAt(reflect.ValueOf(result), "") }

func finiteAt(v reflect.Value, path string) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return finiteAt(v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if err := finiteAt(v.Field(i), path+"."+name); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := finiteAt(v.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("report: %s is %v, which is no result", strings.TrimPrefix(path, "."), x)
		}
	}
	return nil
}
