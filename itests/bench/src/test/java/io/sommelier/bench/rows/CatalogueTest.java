package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    @Test
    void noTwoRowsHaveTheSameName() {
        List<String> names = Catalogue.scenarios().stream()
                .flatMap(scenario -> scenario.rows().stream())
                .toList();

        assertThat(names)
                .doesNotHaveDuplicates()
                .contains(
                        "tcp-64-256",
                        "http-64-256-camel",
                        "channels-10000",
                        "websocket-64-256",
                        "json-64-256",
                        "tls-64-256",
                        "assembly-channels-10000",
                        "assembly-idle-10000",
                        "idle-10000",
                        "start");
    }
}
