#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The include rule: arrows point downwards only (docs/architecture.md).

cd "$(dirname "$0")/../.." || exit

# Folder, then all that its files may include of ours
ours='
common/include/vmedia	vmedia/
domU-frontend		vmedia/ vmedia.h vmedia_ compat.h
dom0-backend/base	base/
dom0-backend/ipc	ipc/ base/ vmedia/
dom0-backend/guest/hyp		hyp/ base/
dom0-backend/guest/virtio	virtio/ hyp/ base/
dom0-backend/guest/media	media/ virtio/ hyp/guest_mem.h hyp/guest_pages.h hyp/export.h ipc/ base/ vmedia/
dom0-backend/guest	guest/ media/ virtio/ hyp/ ipc/ base/ vmedia/
dom0-backend/camera	camera/ ipc/ base/ vmedia/
dom0-backend/daemon	daemon/ ipc/ base/
dom0-backend/ctl	ctl/ ipc/ base/
'

# Headers of others, then the only files that may include them: regular
# expressions. A header that no line names is free to all but common/.
others='
^linux/types\.h$	.
^linux/videodev2\.h$	^common/|^domU-frontend/|/ipc/|/guest/media/|/camera/
^libxl			^dom0-backend/daemon/config
^xen			^domU-frontend/|^dom0-backend/(guest/hyp/xen|daemon/xen)
^libv4l			^dom0-backend/camera/
.			^dom0-backend/|^domU-frontend/
'

find common domU-frontend dom0-backend -name '*.[ch]' | sort |
	ours=$ours others=$others xargs awk '
BEGIN {
	n = split(ENVIRON["ours"], line, "\n")
	for (i = 1; i <= n; i++) {
		if (split(line[i], word) > 1) {
			folder = word[1]
			sub(/^[^\t]*\t+/, "", line[i])
			allowed[folder] = line[i]
		}
	}
	rules = 0
	n = split(ENVIRON["others"], line, "\n")
	for (i = 1; i <= n; i++) {
		if (split(line[i], word) == 2) {
			header[++rules] = word[1]
			users[rules] = word[2]
		}
	}
}

function may_include_ours(folder, name,    i, n, prefix)
{
	n = split(allowed[folder], prefix, " ")
	for (i = 1; i <= n; i++)
		if (index(name, prefix[i]) == 1)
			return 1
	return 0
}

function may_include_others(file, name,    i)
{
	for (i = 1; i <= rules; i++)
		if (name ~ header[i])
			return file ~ users[i]
	return 0
}

/^[ \t]*#[ \t]*include[ \t]/ {
	name = $0
	sub(/^[^<"]*[<"]/, "", name)
	sub(/[>"].*$/, "", name)
	folder = FILENAME
	sub(/\/[^\/]*$/, "", folder)
	if ($0 ~ /"/ || name ~ /^vmedia\//)
		good = may_include_ours(folder, name)
	else
		good = may_include_others(FILENAME, name)
	if (!good) {
		printf "%s:%d: may not include %s\n", FILENAME, FNR, name
		bad = 1
	}
}

END { exit bad }'
