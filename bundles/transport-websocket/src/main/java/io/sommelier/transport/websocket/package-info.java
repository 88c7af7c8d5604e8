/** Channels over WebSocket: listens for connectors that have a WebSocket client and nothing else, or HTTP proxies in their way. */
@Export
@Version("1.1.0")
package io.sommelier.transport.websocket;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
