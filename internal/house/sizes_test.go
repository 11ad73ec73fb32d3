package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	longest      = 120   // characters of a line
	longShare    = 0.005 // of the product's lines may be longer
	headerShare  = 0.001 // `if` headers with side effects for each line of the product
	filesAtMost  = 20    // of a package
	fieldsAtMost = 12    // of a type, without those of a file format
	methodsMost  = 20    // of a type
)

// longLines returns the lines that are longer than 120 characters.
func longLines(list []source) (found []string) {
	for _, s := range list {
		for i, line := range strings.Split(s.text, "\n") {
			if utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")) > longest {
				found = append(found, fmt.Sprintf("%s:%d", s.path, i+1))
			}
		}
	}
	return found
}

func TestLongLines(t *testing.T) {
	list := product(t)
	found, all := longLines(list), lines(list)
	t.Logf("%d of %d lines are longer than %d characters", len(found), all, longest)
	if float64(len(found)) > longShare*float64(all) {
		t.Errorf("%d of %d lines are longer than %d characters:\n%s", len(found), all, longest, strings.Join(found, "\n"))
	}
	planted := source{"a.go", "package a\n// " + strings.Repeat("ä", longest-3) + "\n// " + strings.Repeat("ä", longest-2) + "\n"}
	wantFindings(t, longLines([]source{planted}), "a.go:3")
}

// busyHeaders returns the `if` statements whose header changes something: x = f(), n++, a send or a call.
func busyHeaders(t *testing.T, list []source) (found []string) {
	t.Helper()
	for _, s := range list {
		set, f := parse(t, s)
		ast.Inspect(f, func(n ast.Node) bool {
			x, ok := n.(*ast.IfStmt)
			if !ok {
				return true
			}
			busy := false
			switch init := x.Init.(type) {
			case *ast.AssignStmt:
				busy = init.Tok != token.DEFINE
			case *ast.IncDecStmt, *ast.SendStmt, *ast.ExprStmt:
				busy = true
			}
			if busy {
				found = append(found, fmt.Sprintf("%s:%d", s.path, set.Position(x.Pos()).Line))
			}
			return true
		})
	}
	return found
}

func TestHeadersHaveNoSideEffects(t *testing.T) {
	list := product(t)
	found, all := busyHeaders(t, list), lines(list)
	t.Logf("%d if headers with side effects in %d lines", len(found), all)
	if float64(len(found)) > headerShare*float64(all) {
		t.Errorf("%d if headers with side effects in %d lines:\n%s", len(found), all, strings.Join(found, "\n"))
	}
	planted := source{"a.go", `package a
func f(n int, c chan int) {
	if x := n; x > 1 { return }
	if n = 2; n > 1 { return }
	if n++; n > 1 { return }
	if c <- n; n > 1 { return }
	if println(); n > 1 { return }
}
`}
	wantFindings(t, busyHeaders(t, []source{planted}), "a.go:4", "a.go:5", "a.go:6", "a.go:7")
}

// largePackages are those with more files, and why. A package that is not larger must not be listed.
var largePackages = map[string]string{
	"compose/media":  "readers and writers of one family of containers, one file for each box, codec or check",
	"heygen":         "one file for each part of HeyGen's API",
	"heygen/sandbox": "one file for each part of HeyGen's API",
	"internal/cli":   "one file for each command",
}

// crowdedPackages returns the packages with too many files.
func crowdedPackages(list []source, allowed map[string]string) (found []string) {
	count := map[string]int{}
	for _, s := range list {
		count[s.dir()]++
	}
	for _, dir := range slices.Sorted(maps.Keys(count)) {
		if count[dir] > filesAtMost && allowed[dir] == "" {
			found = append(found, fmt.Sprintf("%s has %d files", dir, count[dir]))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(allowed)) {
		if count[dir] <= filesAtMost {
			found = append(found, fmt.Sprintf("%s has %d files: it needs no exception", dir, count[dir]))
		}
	}
	return found
}

func TestFilesOfPackages(t *testing.T) {
	if found := crowdedPackages(product(t), largePackages); len(found) > 0 {
		t.Error(strings.Join(found, "\n"))
	}
	var planted []source
	for i := range filesAtMost + 1 {
		planted = append(planted, source{fmt.Sprintf("a/f%d.go", i), ""}, source{fmt.Sprintf("b/f%d.go", i), ""})
	}
	wantFindings(t, crowdedPackages(planted, map[string]string{"b": "reason", "c": "reason"}),
		"a has 21 files", "c has 0 files: it needs no exception")
}

// largeTypes returns types with too many fields or methods that have no line "size: REASON" in their comment. Fields
// with a tag are those of a file format or an answer and do not count.
func largeTypes(t *testing.T, list []source) (found []string) {
	t.Helper()
	methods, excused := map[string]int{}, map[string]bool{}
	for _, s := range list {
		_, f := parse(t, s)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if name := receiver(d); name != "" {
					methods[s.dir()+"."+name]++
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					x, ok := spec.(*ast.TypeSpec)
					if !ok {
						continue
					}
					name := s.dir() + "." + x.Name.Name
					if strings.Contains(d.Doc.Text()+x.Doc.Text(), "size: ") {
						excused[name] = true
					} else if n := plainFields(x); n > fieldsAtMost {
						found = append(found, fmt.Sprintf("%s has %d fields", name, n))
					}
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		if methods[name] > methodsMost && !excused[name] {
			found = append(found, fmt.Sprintf("%s has %d methods", name, methods[name]))
		}
	}
	slices.Sort(found)
	return found
}

// receiver returns the name of a method's type, and "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	x := d.Recv.List[0].Type
	if star, ok := x.(*ast.StarExpr); ok {
		x = star.X
	}
	if generic, ok := x.(*ast.IndexExpr); ok {
		x = generic.X
	}
	if id, ok := x.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// plainFields returns the number of a struct's fields that have no tag.
func plainFields(x *ast.TypeSpec) (n int) {
	s, ok := x.Type.(*ast.StructType)
	if !ok {
		return 0
	}
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			n += max(1, len(f.Names))
		}
	}
	return n
}

func TestSizesOfTypes(t *testing.T) {
	if found := largeTypes(t, product(t)); len(found) > 0 {
		t.Error(strings.Join(found, "\n"))
	}
	fields := ""
	for i := range fieldsAtMost + 1 {
		fields += fmt.Sprintf("\tf%d int\n", i)
	}
	methods := ""
	for i := range methodsMost + 1 {
		methods += fmt.Sprintf("func (b *B) m%d() {}\n", i)
	}
	planted := source{"p/a.go", "package p\n\ntype A struct {\n" + fields + "}\n\ntype B int\n\n" + methods +
		"\n// C is large.\n// size: every field is one flag.\ntype C struct {\n" + fields + "}\n" +
		"\ntype D struct {\n" + strings.ReplaceAll(fields, "int\n", "int `json:\"f\"`\n") + "}\n"}
	wantFindings(t, largeTypes(t, []source{planted}), "p.A has 13 fields", "p.B has 21 methods")
}
