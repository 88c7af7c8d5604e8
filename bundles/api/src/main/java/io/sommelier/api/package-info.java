/**
 * What users of Sommelier call and implement: messages, errors, {@link io.sommelier.api.CommandSender} and {@link io.sommelier.api.CommandHandler}.
 *
 * <p>Every message here is immutable and safe to share between threads. {@code null} is neither taken nor given
 * anywhere, and whoever gives it gets a {@link NullPointerException}, now or when it is used; an absent text is the
 * empty string, an absent number is zero where its method says so, and other absent values are {@code Optional}.
 * Collections that are given are immutable.
 */
@Export
@Version("1.1.0")
package io.sommelier.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
