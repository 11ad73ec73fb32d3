package cli

import (
	"fmt"
	"strings"
	"time"
)

// like reports whether any of the texts contains the words, ignoring case. No words match everything.
func like(words string, texts ...string) bool {
	if words == "" {
		return true
	}
	for _, t := range texts {
		if strings.Contains(strings.ToLower(t), strings.ToLower(words)) {
			return true
		}
	}
	return false
}

// remembered returns a remark on the age of a cached list; "" for a new one.
func remembered(age time.Duration) string {
	if age <= 0 {
		return ""
	}
	return fmt.Sprintf(", read %s ago; --refresh reads it again", max(time.Second, age.Round(time.Second)))
}
