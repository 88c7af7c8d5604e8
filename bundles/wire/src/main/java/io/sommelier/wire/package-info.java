/**
 * The wire protocol, version 1: its frames, and the link, the one state machine that both ends of every socket run. {@code PROTOCOL.md} in this bundle is its
 * specification.
 */
@Export
@Version("1.2.0")
package io.sommelier.wire;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
