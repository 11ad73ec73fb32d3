package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// npmPackage is package.json. Its members are written in this order.
type npmPackage struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	License     string            `json:"license"`
	Bin         map[string]string `json:"bin,omitempty"`
	Files       []string          `json:"files"`
	OS          []string          `json:"os,omitempty"`
	CPU         []string          `json:"cpu,omitempty"`
	Libc        []string          `json:"libc,omitempty"`
	// Yarn PnP: a program cannot be started in an archive
	PreferUnplugged      bool              `json:"preferUnplugged,omitempty"`
	Engines              map[string]string `json:"engines,omitempty"`
	OptionalDependencies map[string]string `json:"optionalDependencies,omitempty"`
}

// npmName is the npm package with a platform's program.
func (p platform) npmName() string { return "@greenroom/cli-" + p.nodeOS + "-" + p.nodeCPU }

// platformPackage is the package.json of a platform. Package managers choose it by os, cpu and libc.
func (r *release) platformPackage(p platform) npmPackage {
	out := npmPackage{Name: p.npmName(), Version: r.version,
		Description: "greenroom's program for " + p.os + "/" + p.arch, License: "Apache-2.0",
		Files: []string{"bin"}, OS: []string{p.nodeOS}, CPU: []string{p.nodeCPU}, PreferUnplugged: true}
	if p.os == "linux" {
		out.Libc = []string{"glibc"}
	}
	return out
}

// npm packs the wrapper and a package with the program for each platform that was built. Nothing is downloaded
// after an installation: the package manager itself chooses the package of its platform.
func (r *release) npm(ctx context.Context) error {
	for _, p := range r.built {
		dir := filepath.Join(r.work, "npm-"+p.os+"-"+p.arch)
		if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
			return err
		}
		if err := os.Rename(r.binary(p), filepath.Join(dir, "bin", p.program())); err != nil {
			return err
		}
		if err := r.pack(ctx, dir, r.platformPackage(p)); err != nil {
			return err
		}
	}
	dir := filepath.Join(r.work, "npm")
	names := map[string]string{}
	for _, p := range platforms {
		names[p.nodeOS+"-"+p.nodeCPU] = p.npmName()
	}
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	launcher, err := os.ReadFile(filepath.Join(r.source, ".ci", "npm", "bin", "greenroom.js"))
	if err != nil {
		return err
	}
	const mark = "/* PLATFORMS */ {}"
	if strings.Count(string(launcher), mark) != 1 {
		return errors.New(".ci/npm/bin/greenroom.js has no place for the platforms")
	}
	text := strings.Replace(string(launcher), mark, string(list), 1)
	readme, err := os.ReadFile(filepath.Join(r.source, ".ci", "npm", "README.md"))
	if err != nil {
		return err
	}
	err = errors.Join(os.MkdirAll(filepath.Join(dir, "bin"), 0o755),
		os.WriteFile(filepath.Join(dir, "bin", "greenroom.js"), []byte(text), 0o755),
		os.WriteFile(filepath.Join(dir, "README.md"), readme, 0o644))
	if err != nil {
		return err
	}
	return r.pack(ctx, dir, r.mainPackage())
}

// mainPackage is the package.json of the wrapper.
func (r *release) mainPackage() npmPackage {
	out := npmPackage{Name: "greenroom", Version: r.version,
		Description: "Scripts in a manifest to transparent avatar clips for Remotion", License: "Apache-2.0",
		Bin: map[string]string{"greenroom": "bin/greenroom.js"}, Files: []string{"bin"},
		Engines:              map[string]string{"node": ">=16"},
		OptionalDependencies: map[string]string{}}
	for _, p := range platforms {
		out.OptionalDependencies[p.npmName()] = r.version
	}
	return out
}

// pack writes package.json into a folder and packs it by `npm pack`, which sets the same time for every file.
func (r *release) pack(ctx context.Context, dir string, p npmPackage) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	license, err := os.ReadFile(filepath.Join(r.source, "LICENSE"))
	if err != nil {
		return err
	}
	err = errors.Join(os.WriteFile(filepath.Join(dir, "package.json"), append(b, '\n'), 0o644),
		os.WriteFile(filepath.Join(dir, "LICENSE"), license, 0o644))
	if err != nil {
		return err
	}
	if err := r.command(ctx, nil, "npm", "pack", "--silent", "--pack-destination", r.out, dir); err != nil {
		return fmt.Errorf("pack %s: %w", p.Name, err)
	}
	return nil
}
