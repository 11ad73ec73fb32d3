package proc

// rssUnit is the unit of getrusage's ru_maxrss: kilobytes on Linux.
const rssUnit = 1024
