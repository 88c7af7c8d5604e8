package io.sommelier.wire;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What new TLS connections of one end begin with, TLS 1.3 or 1.2. It follows its files: {@link #refresh} takes changed ones for connections that come after; those that
 * are there keep theirs. Thread-safe.
 */
public final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private volatile SSLContext current;
    private volatile String problem = "";
    // Under the lock.
    private TlsFiles files = TlsFiles.NONE;
    private List<String> used = List.of();
    private List<String> seen = List.of();

    /** @throws IllegalArgumentException when the files give no context; see {@link TlsFiles#load} */
    public TlsContext(TlsFiles files) {
        use(files);
    }

    /** Made by somebody else, and never refreshed. */
    public TlsContext(SSLContext context) {
        current = context;
    }

    /** Takes other files. Blocks.
     *
     * @throws IllegalArgumentException when they give no context; what was in effect stays then */
    public synchronized void use(TlsFiles changed) {
        List<String> stamps = changed.stamps();
        current = changed.load();
        files = changed;
        used = stamps;
        seen = stamps;
        problem = "";
    }

    /**
     * Looks whether the files have changed, and takes them once they were the same at two looks: who writes two files needs a moment. Bad ones are named once in the log, and
     * what was in effect stays. Blocks.
     */
    public synchronized void refresh() {
        List<String> now = files.stamps();
        boolean haveSettled = now.equals(seen);
        seen = now;
        if (haveSettled) {
            take(now);
        }
    }

    /** Takes changed files at once, for who is about to connect; bad ones as {@link #refresh} does. Blocks. */
    public synchronized void reload() {
        seen = files.stamps();
        take(seen);
    }

    private void take(List<String> now) {
        if (now.equals(used)) {
            return;
        }
        used = now;
        try {
            current = files.load();
            problem = "";
            LOG.info("TLS takes changed files into use: {}", files);
        } catch (IllegalArgumentException bad) {
            problem = "TLS keeps the certificates that were in effect: " + bad.getMessage();
            LOG.warn("{}", problem);
        }
    }

    /** Why changed files are not in effect; empty when they are. */
    public Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    /** For an accepted connection; what it asks its client for is set by the caller. */
    public SSLEngine server() {
        SSLEngine engine = current.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(PROTOCOLS);
        return engine;
    }

    /**
     * For a connection to a host.
     *
     * @param verifiesHost whether the certificate must be that of the host, by RFC 2818; without it any certificate that is trusted will do
     */
    public SSLEngine client(String host, int port, boolean verifiesHost) {
        SSLEngine engine = current.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(PROTOCOLS);
        if (verifiesHost) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
        }
        return engine;
    }
}
