package io.sommelier.http.engine;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS context that new connections get. It is replaced when its files change, or other files are set; connections
 * that are there keep theirs. Thread-safe.
 */
final class TlsContexts {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

    private volatile Optional<SslContext> current = Optional.empty();
    private TlsSettings settings;
    private List<String> stamps = List.of();
    private List<String> seen = List.of();
    private volatile String problem = "";

    /** What a new connection is to use; empty for no TLS. */
    Optional<SslContext> current() {
        return current;
    }

    /** @throws IllegalArgumentException when the files do not give a context; what was in effect stays */
    synchronized void set(TlsSettings newSettings) {
        List<String> newStamps = stamps(newSettings);
        current = newSettings.isOn() ? Optional.of(load(newSettings)) : Optional.empty();
        settings = newSettings;
        stamps = newStamps;
        seen = newStamps;
        problem = "";
    }

    /** Why changed files are not in effect; empty when they are. */
    Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    /**
     * Loads the files again if they changed, once they were the same at two looks: who writes two files needs a moment. Bad ones are named once in the log, and what was in effect
     * stays.
     */
    synchronized void refresh() {
        if (settings == null || !settings.isOn()) {
            return;
        }
        List<String> newStamps = stamps(settings);
        boolean haveSettled = newStamps.equals(seen);
        seen = newStamps;
        if (haveSettled && !newStamps.equals(stamps)) {
            stamps = newStamps;
            try {
                current = Optional.of(load(settings));
                problem = "";
                LOG.info("TLS takes changed files into use: {}", settings.files());
            } catch (IllegalArgumentException e) {
                problem = "TLS keeps the certificate in effect: " + e.getMessage();
                LOG.warn("{}", problem);
            }
        }
    }

    private static SslContext load(TlsSettings settings) {
        try {
            return builder(settings)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    settings.files() + " cannot be used (allowed: a certificate with its key): " + e.getMessage(), e);
        }
    }

    private static SslContextBuilder builder(TlsSettings settings) throws GeneralSecurityException, IOException {
        if (settings.keyStore().isPresent()) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            char[] secret = settings.password().toCharArray();
            try (InputStream in = Files.newInputStream(settings.keyStore().get())) {
                store.load(in, secret);
            }
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getKey(alias, secret) instanceof PrivateKey key) {
                    KeyPairs.check(key, store.getCertificate(alias));
                }
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, secret);
            return SslContextBuilder.forServer(keys);
        }
        String password = settings.password().isEmpty() ? null : settings.password();
        X509Certificate[] chain = PemFiles.chain(settings.certificate().orElseThrow());
        PrivateKey key = PemFiles.key(settings.key().orElseThrow(), password);
        KeyPairs.check(key, chain[0]);
        return SslContextBuilder.forServer(key, chain);
    }

    /** What Netty reads of PEM files, which it gives to its subclasses alone; there is no object of it. */
    private abstract static class PemFiles extends SslContext {
        static X509Certificate[] chain(Path file) throws CertificateException {
            return toX509Certificates(file.toFile());
        }

        static PrivateKey key(Path file, String password) throws GeneralSecurityException, IOException {
            PrivateKey key = toPrivateKey(file.toFile(), password);
            if (key == null) {
                throw new InvalidKeyException(file + " has no private key");
            }
            return key;
        }
    }

    private static List<String> stamps(TlsSettings settings) {
        var stamps = new ArrayList<String>();
        for (Path file : settings.files()) {
            try {
                stamps.add(file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file));
            } catch (IOException e) {
                stamps.add(file + " cannot be read");
            }
        }
        return stamps;
    }
}
