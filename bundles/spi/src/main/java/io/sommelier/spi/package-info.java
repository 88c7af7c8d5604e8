/**
 * What extensions implement: transports, pipeline handlers, strategies, mailboxes, archives, and those who verify, assign and authorize.
 *
 * <p>Extensions are declarative services; they may come and go while commands flow. {@code null} is neither taken nor given, unless a method says so.
 */
@Export
@Version("1.3.0")
package io.sommelier.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
