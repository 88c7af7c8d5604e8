package io.sommelier.transport.websocket;

import io.sommelier.testkit.DiallingTransportContract;
import io.sommelier.testkit.RemoteWorld;
import io.sommelier.testkit.TestAuthority;
import io.sommelier.testkit.TestCertificate;
import io.sommelier.testkit.WorldSettings;
import io.sommelier.wire.TlsFiles;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The WebSocket transport keeps the contract of transports over TLS, with frames in binary messages. */
class BinaryTlsContractTest extends DiallingTransportContract {
    @TempDir
    private static Path directory;

    private static TlsFiles files;

    @BeforeAll
    static void issue() {
        TestAuthority authority = new TestAuthority(directory, "contract");
        TestCertificate everybody = authority.issue("everybody");
        files = TlsFiles.NONE
                .withTrust(authority.trusted())
                .withCertificate(everybody.certificate(), everybody.key(), "");
    }

    @Override
    protected RemoteWorld newWorld(WorldSettings settings) {
        return WebSocketWorld.open(settings, Form.BINARY, Optional.of(files));
    }
}
