package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelloTest {
    private static List<String> operations(int count) {
        return IntStream.range(0, count).mapToObj(i -> "op-" + i).toList();
    }

    private static Map<String, String> attributes(int count) {
        Map<String, String> attributes = new HashMap<>();
        IntStream.range(0, count).forEach(i -> attributes.put("name-" + i, "value"));
        return attributes;
    }

    @Test
    void helloThatOnlySendsServesNothing() {
        Hello hello = Hello.of("till-1").build();

        assertThat(hello.targetId()).isEmpty();
        assertThat(hello.operations()).isEmpty();
        assertThat(hello.capacity()).isEqualTo(256);
        assertThat(hello.credential()).isSameAs(Credential.NONE);
        assertThat(hello).hasToString("Hello[till-1]");
    }

    @Test
    void builderOfAHelloStartsWithAllOfIt() {
        Hello hello = Hello.of("north")
                .serves("cellar", List.of("pour", "count"))
                .attributes(Map.of("location", "LA"))
                .capacity(7)
                .resumeToken("abc")
                .credential(new Credential("token", Payload.ofText("secret")))
                .build();

        Hello again = hello.toBuilder().build();

        assertThat(again).usingRecursiveComparison().isEqualTo(hello);
        assertThat(again).hasToString("Hello[north serves cellar [count, pour]]");
    }

    @Test
    void whatWasGivenMayChangeWithoutTheHello() {
        List<String> names = new ArrayList<>(List.of("pour"));
        Hello hello = Hello.of("north").serves("cellar", names).build();

        names.add("smash");

        assertThat(hello.operations()).containsExactly("pour");
    }

    @Test
    void mostOperationsAreTakenAndOneMoreIsNot() {
        Hello most = Hello.of("north")
                .serves("cellar", operations(Hello.MAX_OPERATIONS))
                .build();

        assertThat(most.operations()).hasSize(1024);
        assertThatThrownBy(() -> Hello.of("north").serves("cellar", operations(1025)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1025 operations, allowed are at most 1024");
    }

    @Test
    void mostAttributesAreTakenAndOneMoreIsNot() {
        Hello most =
                Hello.of("north").attributes(attributes(Hello.MAX_ATTRIBUTES)).build();

        assertThat(most.attributes()).hasSize(64);
        assertThatThrownBy(() -> Hello.of("north").attributes(attributes(65)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("65 attributes, allowed are at most 64");
    }

    @Test
    void namesOutsideTheGrammarAreRefusedByWhatTheyAre() {
        assertThatThrownBy(() -> Hello.of(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("instance has 0 characters, allowed are 1 to 128");
        assertThatThrownBy(() -> Hello.of("north").serves("", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targetId has 0 characters, allowed are 1 to 128");
        assertThatThrownBy(() -> Hello.of("north").serves("cellar", List.of("pour", "*")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("operation '*' has a character at 0 that is not allowed");
        assertThatThrownBy(() -> Hello.of("north").attributes(Map.of("a b", "v")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("attribute 'a b' has a character at 1 that is not allowed");
    }

    @Test
    void valuesOfAttributesAreBoundedPrintableAscii() {
        assertThat(Hello.of("north")
                        .attributes(Map.of("a", "v".repeat(255)))
                        .build()
                        .attributes()
                        .get("a"))
                .hasSize(255);
        assertThatThrownBy(() -> Hello.of("north").attributes(Map.of("a", "v".repeat(256))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attribute a has 256 characters, allowed are at most 255");
        assertThatThrownBy(() -> Hello.of("north").attributes(Map.of("a", "é")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attribute a has a character at 0 that is not printable ASCII");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_000_001, Integer.MAX_VALUE})
    void capacityOutOfBoundsIsRefusedWithWhatIsAllowed(int capacity) {
        assertThatThrownBy(() -> Hello.of("north").capacity(capacity))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity " + capacity + " is out of range, allowed are 1 to 1000000");
    }

    @Test
    void capacityAtItsBoundsIsTaken() {
        assertThat(Hello.of("north").capacity(1).build().capacity()).isEqualTo(1);
        assertThat(Hello.of("north").capacity(Hello.MAX_CAPACITY).build().capacity())
                .isEqualTo(1_000_000);
    }

    @Test
    void resumeTokenIsBounded() {
        assertThatThrownBy(() -> Hello.of("north").resumeToken("t".repeat(256)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("resumeToken has 256 characters, allowed are at most 255");
    }

    @Test
    void welcomeIsCheckedToo() {
        assertThatThrownBy(() -> new Welcome("", "", ""))
                .hasMessage("controllerId has 0 characters, allowed are 1 to 128");
        assertThatThrownBy(() -> new Welcome("node", "a/b", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Welcome("node", "", "é")).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Welcome("node", "", "").targetId()).isEmpty();
    }

    @Test
    void credentialHidesItsSecret() {
        assertThat(new Credential("token", Payload.ofText("secret"))).hasToString("Credential[token]");
        assertThat(Credential.NONE).hasToString("Credential[none]");
        assertThatThrownBy(() -> new Credential("a b", Payload.empty())).isInstanceOf(IllegalArgumentException.class);
    }
}
