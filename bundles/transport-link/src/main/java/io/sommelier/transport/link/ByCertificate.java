package io.sommelier.transport.link;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Payload;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Peer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Adds to the hello of a connector that shows no credential the certificate that it showed in the handshake: the scheme {@link #SCHEME}, and the subject. Nobody can say so
 * himself. Immutable.
 *
 * @param acceptor who takes the hello
 * @param subject of the certificate; empty for none
 */
record ByCertificate(ChannelAcceptor acceptor, String subject) implements ChannelAcceptor {
    /** A subject that TLS has proven. */
    static final String SCHEME = CertificateVerifier.SCHEME;

    /** With the certificate that the peer of an accepted socket showed, and that is trusted. */
    static ByCertificate of(ChannelAcceptor acceptor, Channel socket) {
        SslHandler tls = socket.pipeline().get(SslHandler.class);
        if (tls == null || tls.engine().getUseClientMode()) {
            return new ByCertificate(acceptor, "");
        }
        try {
            return new ByCertificate(
                    acceptor, tls.engine().getSession().getPeerPrincipal().getName());
        } catch (SSLPeerUnverifiedException showedNone) {
            return new ByCertificate(acceptor, "");
        }
    }

    @Override
    public String controllerId() {
        return acceptor.controllerId();
    }

    @Override
    public CompletionStage<Peer> hello(io.sommelier.spi.Channel channel, Hello hello) {
        String scheme = hello.credential().scheme();
        if (scheme.equals(SCHEME)) {
            return CompletableFuture.failedStage(new HelloRefusedException(new Goodbye(
                    CloseReason.UNAUTHENTICATED,
                    false,
                    "a certificate is shown in the TLS handshake, not in a hello")));
        }
        if (!scheme.isEmpty() || subject.isEmpty()) {
            return acceptor.hello(channel, hello);
        }
        Credential proven = new Credential(SCHEME, Payload.ofText(subject));
        return acceptor.hello(channel, hello.toBuilder().credential(proven).build());
    }
}
