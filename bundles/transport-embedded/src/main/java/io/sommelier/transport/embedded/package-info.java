/** Channels to connectors in the same JVM: their handlers run on the caller's thread or on an executor of their own, and nothing is encoded. */
@Export
@Version("1.2.0")
package io.sommelier.transport.embedded;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
