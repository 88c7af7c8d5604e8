/** Channels over TCP: listens for connectors, and dials those that listen. */
@Export
@Version("1.1.0")
package io.sommelier.transport.tcp;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
