package io.sommelier.connector;

import static io.sommelier.connector.ScriptedPeer.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CloseReason;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.connector.ScriptedProxy.Mood;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Through a proxy of either kind: the argument says whether by SOCKS5, else by HTTP CONNECT. */
@Timeout(60)
class ProxyTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
    private final ScriptedController controller;
    private ScriptedProxy proxy;
    private Connector connector;

    ProxyTest() throws Exception {
        controller = new ScriptedController();
    }

    @AfterEach
    void close() throws Exception {
        if (connector != null) {
            connector.close(Duration.ZERO);
        }
        controller.close();
        proxy.close();
    }

    private ConnectorBuilder through(boolean isSocks) throws Exception {
        proxy = new ScriptedProxy(isSocks);
        String port = controller.address().substring(controller.address().indexOf(':'));
        ConnectorBuilder builder = Connector.builder("cellar-1")
                .controller("controller.invalid" + port)
                .dialWait(Duration.ofMillis(5), Duration.ofMillis(10))
                .connectLimit(Duration.ofSeconds(5))
                .onState(states::add);
        return isSocks ? builder.socksProxy(proxy.address()) : builder.httpProxy(proxy.address());
    }

    private String unreached() throws InterruptedException {
        ConnectorState state = next(states);
        while (state.phase() != Phase.UNREACHED) {
            state = next(states);
        }
        return state.goodbye().orElseThrow().message();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theProxyFindsTheControllerAndBytesGoBothWays(boolean isSocks) throws Exception {
        connector = through(isSocks).open();

        ScriptedPeer peer = controller.accept();
        assertThat(next(proxy.asked)).contains("controller.invalid:");
        assertThat(peer.welcome("").instance()).isEqualTo("cellar-1");

        assertThat(connector.awaitActive(LIMIT)).isTrue();
        assertThat(connector.state().address()).startsWith("controller.invalid:");
        connector.close(LIMIT);
        assertThat(next(peer.ends).message()).isEqualTo("closed by its owner");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProxyThatSaysNoEndsTheAttemptWithItsWordAndIsAskedAgain(boolean isSocks) throws Exception {
        ConnectorBuilder builder = through(isSocks);
        proxy.mood(Mood.REFUSING);
        connector = builder.open();

        assertThat(unreached()).containsIgnoringCase("proxy").contains(isSocks ? "FORBIDDEN" : "403");
        proxy.mood(Mood.OPEN);
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProxyThatSaysNothingIsGivenUpInTime(boolean isSocks) throws Exception {
        ConnectorBuilder builder = through(isSocks).connectLimit(Duration.ofMillis(200));
        proxy.mood(Mood.SILENT);
        connector = builder.open();

        assertThat(unreached()).contains("200 ms");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCloseWhileTheProxySaysNothingEndsAtOnce(boolean isSocks) throws Exception {
        ConnectorBuilder builder = through(isSocks).connectLimit(Duration.ofMinutes(5));
        proxy.mood(Mood.SILENT);
        connector = builder.open();
        next(proxy.asked);

        connector.close(Duration.ofMinutes(5));

        assertThat(connector.state().phase()).isEqualTo(Phase.CLOSED);
    }

    /** SOCKS5 leaves open what it is beyond ASCII. */
    private static String secret(boolean isSocks) {
        return isSocks ? "secret" : "s\u00e9cret";
    }

    private ConnectorBuilder through(boolean isSocks, String user, String password) throws Exception {
        ConnectorBuilder builder = through(isSocks);
        proxy.wants("ann:" + secret(isSocks));
        return isSocks
                ? builder.socksProxy(proxy.address(), user, password)
                : builder.httpProxy(proxy.address(), user, password);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProxyThatWantsAPasswordIsShownIt(boolean isSocks) throws Exception {
        connector = through(isSocks, "ann", secret(isSocks)).open();

        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWrongPasswordEndsTheAttemptWithTheWordOfTheProxyAndIsNotTold(boolean isSocks) throws Exception {
        connector = through(isSocks, "ann", "wrong-one").open();

        assertThat(unreached())
                .containsIgnoringCase("proxy")
                .contains(isSocks ? "authStatus" : "407")
                .doesNotContain("wrong-one");
    }

    @Test
    void whatCannotBeToldToAProxyIsRefusedAndThePasswordNotTold() throws Exception {
        proxy = new ScriptedProxy(true);
        ConnectorBuilder builder = Connector.builder("cellar-1");

        assertThatThrownBy(() -> builder.socksProxy("localhost:1080", "ann", "s\u00e9cret"))
                .hasMessage(
                        "the password for a SOCKS5 proxy is out of range, allowed are 1 to 255 characters of ASCII (RFC 1929)");
        assertThatThrownBy(() -> builder.socksProxy("localhost:1080", "a".repeat(256), "b"))
                .hasMessageStartingWith("the user for a SOCKS5 proxy");
        assertThatThrownBy(() -> builder.socksProxy("localhost:1080", "ann", ""))
                .hasMessageStartingWith("the password for a SOCKS5 proxy");
        assertThatThrownBy(() -> builder.httpProxy("localhost:3128", "a:b", "c"))
                .hasMessageContaining("colon");
        assertThatThrownBy(() -> builder.httpProxy("localhost:3128", "ann", "se\ncret"))
                .hasMessage("the password for the proxy has control characters");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPasswordThatIsWantedAndNotSetEndsTheAttempt(boolean isSocks) throws Exception {
        ConnectorBuilder builder = through(isSocks);
        proxy.wants("ann:secret");
        connector = builder.open();

        assertThat(unreached()).containsIgnoringCase("proxy");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProxyThatSwallowsWhatIsSentIsFoundThoughItsSocketsStay(boolean isSocks) throws Exception {
        LinkSettings defaults = LinkSettings.defaults();
        connector = through(isSocks)
                .link(new LinkSettings(
                        defaults.maxFrameBytes(),
                        defaults.maxMessageBytes(),
                        defaults.maxHeaderBytes(),
                        defaults.maxStreams(),
                        defaults.maxAssemblyBytes(),
                        defaults.helloLimit(),
                        Duration.ofMillis(200)))
                .open();
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        proxy.swallow();

        ConnectorState state = next(states);
        while (state.phase() != Phase.LOST) {
            state = next(states);
        }
        assertThat(state.goodbye().orElseThrow().reason()).isEqualTo(CloseReason.HEARTBEAT_TIMEOUT);
        assertThat(connector.isActive()).isFalse();
    }
}
