package io.sommelier.testkit;

import java.nio.file.Path;

/**
 * A certificate of a {@link TestAuthority}. Immutable.
 *
 * @param certificate a PEM file with it and its authority
 * @param key a PEM file with its key
 * @param keyStore a PKCS#12 file with both, and {@link TestAuthority#PASSWORD}
 * @param subject whose it is, {@code CN=…}
 */
public record TestCertificate(Path certificate, Path key, Path keyStore, String subject) {}
