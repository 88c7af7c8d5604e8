/** What starts the embedded broker or opens an external one, and how others come to a session of it. */
@Export
@Version("1.0.0")
package io.sommelier.runtime.artemis;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
