/**
 * The connector library: attaches a program to a controller, to serve operations of a target, to send commands, or both. It is a bundle in OSGi and a plain jar
 * outside it. {@link io.sommelier.connector.Connector} is where to start.
 */
@Export
@Version("1.1.0")
package io.sommelier.connector;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
