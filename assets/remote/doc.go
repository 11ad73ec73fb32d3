// Package remote shares files between machines through a bucket: S3, Google Cloud
// Storage or a folder.
//
// Objects are named by their content, so a cache that lies, was cut short or was
// written by a stranger is found out while it is read: nothing enters a store under a
// hash that it does not have, and nothing is read beyond the size it must have. No name
// in the bucket becomes a path. Addresses are shown without user, password and query.
// The package never deletes anything.
package remote
