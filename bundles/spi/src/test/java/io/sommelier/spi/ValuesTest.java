package io.sommelier.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ValuesTest {
    @Test
    void rolesOfAPrincipalAreCopied() {
        Set<String> roles = new HashSet<>(Set.of("waiter"));
        Principal principal = new Principal("ann", roles);

        roles.add("owner");

        assertThat(principal.roles()).containsExactly("waiter");
        assertThat(Principal.ANONYMOUS.name()).isEmpty();
        assertThat(Principal.ANONYMOUS.roles()).isEmpty();
    }

    @Test
    void refusalSaysReasonAndMessageWithoutAStackTrace() {
        Goodbye goodbye = new Goodbye(CloseReason.FORBIDDEN, false, "not here");

        HelloRefusedException refused = new HelloRefusedException(goodbye);

        assertThat(refused).hasMessage("FORBIDDEN: not here");
        assertThat(refused.goodbye()).isSameAs(goodbye);
        assertThat(refused.getStackTrace()).isEmpty();
    }

    @Test
    void phasesStandInTheOrderOfTheChain() {
        assertThat(Phase.values())
                .containsExactly(
                        Phase.COLLECT,
                        Phase.METADATA,
                        Phase.DECODE,
                        Phase.DECORATE,
                        Phase.AUTHENTICATE,
                        Phase.AUTHORIZE,
                        Phase.VALIDATE,
                        Phase.STATS,
                        Phase.EXECUTE,
                        Phase.RESPONSE,
                        Phase.AUTHORIZE_RESPONSE,
                        Phase.EXCEPTION,
                        Phase.RESPONSE_METADATA,
                        Phase.ENCODE,
                        Phase.SEND);
    }

    @Test
    void whatAChannelKeepsWithAnEntryIsNothingAtFirst() {
        Outgoing entry = new NumberedEntry(0, 0);
        Object atFirst = entry.channelState();

        entry.channelState("stream 7");

        assertThat(atFirst).isNull();
        assertThat(entry.channelState()).isEqualTo("stream 7");
    }
}
