package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.answer;
import static io.sommelier.karaf.Sending.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** Karaf as its makers ship it, with no repository beyond a folder with what the kar has, and then none beyond its own: what it needs is in the kar. The tests build on each other, in their order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class StockKarafIT {
    private Karaf karaf;

    @BeforeAll
    void start() throws Exception {
        karaf = Karaf.stock("stock");
        Directories.unzip(Karaf.material("sommelier-features.kar"), karaf.home().resolve("data/ours"));
        repositories(karaf.home().resolve("data/ours/repository").toUri() + "@id=ours@checksum=ignore");
        karaf.start();
        eventually(
                () -> assertThat(karaf.bundleState("org.apache.karaf.kar.core")).isEqualTo("Active"));
        eventually(() -> assertThat(karaf.shell("echo here")).contains("here"));
    }

    /** What Maven artifacts are taken from; what was taken before is forgotten. */
    private void repositories(String urls) throws Exception {
        Path local = Files.createTempDirectory(karaf.home().resolve("data"), "local");
        karaf.edit(
                "org.ops4j.pax.url.mvn",
                Map.of(
                        "org.ops4j.pax.url.mvn.localRepository",
                        local.toString(),
                        "org.ops4j.pax.url.mvn.repositories",
                        urls));
    }

    @AfterAll
    void stop() throws Exception {
        karaf.close();
    }

    @Test
    @Order(1)
    void theFeaturesAreAddedByTheirAddressAndTheWholeComesAndGoes() throws Exception {
        String address = "mvn:io.sommelier/sommelier-features/" + version() + "/xml/features";
        karaf.shell("feature:repo-add " + address);
        karaf.shell("feature:install sommelier");

        assertACommandIsAnswered();
        karaf.shell("feature:uninstall sommelier");
        eventually(() -> assertThat(karaf.bundlesOfOurs()).isEmpty());
        karaf.shell("feature:repo-remove " + address);
        assertThat(karaf.shell("feature:repo-list")).doesNotContain("sommelier");
        repositories("");
    }

    private String version() throws Exception {
        try (var versions = Files.list(karaf.home().resolve("data/ours/repository/io/sommelier/sommelier-features"))) {
            return versions.findFirst().orElseThrow().getFileName().toString();
        }
    }

    @Test
    @Order(2)
    void aKarThatIsDroppedBringsAllThatAControllerNeedsAndACommandIsAnswered() throws Exception {
        Path kar = Karaf.material("sommelier-features.kar");
        Path fresh = karaf.home().resolve("data/fresh.tmp");
        Files.copy(kar, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.move(fresh, karaf.home().resolve("deploy/sommelier.kar"));

        assertACommandIsAnswered();
        eventually(() -> assertThat(karaf.bundlesOfOurs()) // it installs one feature after the other
                .containsKeys("io.sommelier.mailbox.artemis", "io.sommelier.http.engine", "io.sommelier.shell")
                .doesNotContainKeys("io.sommelier.examples.greeter", "io.sommelier.connector")
                .allSatisfy((bundle, state) -> assertThat(state).as(bundle).isEqualTo("Active")));
    }

    private void assertACommandIsAnswered() throws Exception {
        try (Connector cellar = Sending.connector(karaf, "cellar-1")
                .serves("cellar")
                .handler("pour", CommandHandler.answering(invocation -> Payload.ofText("poured")))
                .open()) {
            assertThat(cellar.awaitActive(Duration.ofSeconds(120))).isTrue();
            eventually(() -> assertThat(answer(cellar, "cellar", "pour", "")).isEqualTo("poured"));
        }
    }

    @Test
    @Order(3)
    void itsLogHasNoLinesOfTheBrokersAuditAndNoWarningOfOurs() throws Exception {
        assertThat(karaf.log()).noneMatch(line -> line.contains("AMQ601"));
        assertThat(Complaints.ours(karaf.log())).isEmpty();
    }

    @Test
    @Order(4)
    void theWholeIsInstalledByOneFeatureTooAndTwiceIsNoHarm() throws Exception {
        karaf.installFeature("sommelier");
        karaf.installFeature("sommelier");

        assertACommandIsAnswered();
    }
}
