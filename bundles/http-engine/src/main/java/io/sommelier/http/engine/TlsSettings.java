package io.sommelier.http.engine;

import io.sommelier.spi.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the certificate is. Immutable.
 *
 * @param certificate a PEM file with the certificate and those that sign it; empty when {@code keyStore} is used
 * @param key a PEM file with its private key in PKCS#8
 * @param keyStore a PKCS#12 file; empty when PEM files are used
 * @param password of the key or the key store, empty for none
 * @param check how often the files are looked at for a change
 */
record TlsSettings(
        Optional<Path> certificate, Optional<Path> key, Optional<Path> keyStore, String password, Duration check) {

    /** Without a file there is no TLS. */
    boolean isOn() {
        return certificate.isPresent() || keyStore.isPresent();
    }

    List<Path> files() {
        return keyStore.map(List::of)
                .orElseGet(() -> certificate.map(c -> List.of(c, key.orElse(c))).orElse(List.of()));
    }

    static TlsSettings read(SettingsReader values) {
        Optional<Path> certificate = path(values, "tlsCertificate");
        Optional<Path> key = path(values, "tlsKey");
        Optional<Path> keyStore = path(values, "tlsKeyStore");
        if (keyStore.isPresent() && (certificate.isPresent() || key.isPresent())) {
            values.violation("tlsKeyStore is set (allowed: either it, or tlsCertificate and tlsKey)");
        }
        if (key.isPresent() != certificate.isPresent()) {
            values.violation("tlsCertificate and tlsKey (allowed: both or none)");
        }
        return new TlsSettings(
                certificate,
                key,
                keyStore,
                values.text("tlsPassword", ""),
                values.duration("tlsCheck", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofHours(1)));
    }

    private static Optional<Path> path(SettingsReader values, String name) {
        String text = values.text(name, "");
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return isOn() ? "on, from " + files() + ", checked every " + check : "off";
    }
}
