/** What transports over a stream of bytes share: from a Netty channel and the wire protocol on it to a channel of the controller. */
@Export
@Version("1.1.0")
package io.sommelier.transport.link;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
