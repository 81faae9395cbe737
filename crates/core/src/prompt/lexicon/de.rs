//! German.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            hallo*, hi, hey, moin*, servus, guten tag, guten morgen, guten abend, morgen, \
            gruss gott, gruezi, tag, wie gehts, wie geht es ihnen, wie geht es dir, \
            ist da jemand, jemand da, zusammen, liebes, team, und, sehr geehrte*, damen, herren"),
        (Cue::SmallTalk, "\
            danke*, vielen dank, dankeschon, alles klar, gut, nein, verstanden, tschuss, \
            schonen tag, bist du ein bot, sind sie ein bot, haha*, einen moment, moment, \
            ich schaue nur, sehr, noch, einen"),
        (Cue::Opener, "\
            konnen sie mir helfen, konntest du mir helfen, konnten sie mir helfen, \
            kannst du mir helfen, konnt ihr mir helfen, ich brauche hilfe, brauche hilfe, \
            ich brauche ihre hilfe, brauche mal hilfe, hilfe, ich habe eine frage, \
            ich hatte eine frage, ich hatte mal eine frage, hab ne frage, habe eine frage, \
            eine frage, kurze frage, ich habe ein problem, ein problem, ein anliegen, \
            ich habe ein anliegen, kann ich sie etwas fragen, darf ich was fragen, bei etwas"),
        (Cue::Yes, "\
            ja, jo, jawohl, gerne, gern, ok, okay, klar, naturlich, selbstverstandlich, passt, \
            in ordnung, einverstanden, perfekt, genau, stimmt, sehr gerne, bitte, super"),
        (Cue::No, "\
            nein, nee, ne, niemals, auf keinen fall"),
        (Cue::Send, "\
            mir ~ schicken, mir ~ zuschicken, mir ~ senden, mir ~ zusenden, mir ~ mailen, \
            schicken sie mir, schick mir, senden sie mir, zukommen lassen, per mail, per e mail, \
            per email, an meine mail, rechnung ~ schicken, ein angebot, kostenvoranschlag, \
            rechnungskopie, prospekt, katalog, benachrichtigen, bescheid geben, bescheid sagen"),
        (Cue::Book, "\
            buchen, reservieren, eine reservierung, einen termin, nen termin, \
            termin vereinbaren, termin ausmachen, tisch fur, anmelden fur, ein zimmer, \
            besichtigung*, besichtigen, einen tisch, zimmer fur"),
        (Cue::Call, "\
            ruckruf*, mich anrufen, rufen sie mich, ruf mich, mich zuruckrufen, zuruckgerufen, \
            angerufen werden, telefonieren, telefonisch, mich ~ zuruckrufen, mich ~ anrufen, \
            mich ~ telefonisch"),
        (Cue::Human, "\
            mit einem menschen, mit jemandem sprechen, mit einem mitarbeiter, echten menschen, \
            einem berater, kundendienst, kundenservice, ansprechpartner, mitarbeiter sprechen, \
            kontaktieren sie mich, melden sie sich, bei mir melden"),
        (Cue::Returning, "\
            ich bin schon kunde, ich bin kunde, ich bin bereits kund*, bin schon kund*, \
            bin bereits kund*, ich bins wieder, ich bin wieder da, letztes mal, \
            hatte schon geschrieben, hatte bereits geschrieben, habe schon mal bestellt, \
            hatte mit ihnen, habe mit ihnen gesprochen, habe bereits ein konto, stammkund*"),
        (Cue::Matter, "\
            meine bestellung, meiner bestellung, mein konto, meinem konto, mein paket, \
            meine lieferung, meine ruckerstattung, meine rucksendung, meine buchung, \
            meinen termin, mein flug, meinen flug, meine rechnung, meiner rechnung, \
            meine zahlung, mein abo, meinen vertrag, mein vertrag, meine karte, mein passwort, \
            meine versicherung, ich habe bestellt, habe ~ bestellt, habe ~ gekauft, \
            nicht angekommen, nicht erhalten, doppelt abgebucht, passwort vergessen, \
            kann mich nicht einloggen, wo ist mein*, wo bleibt"),
        (Cue::Topic, "\
            bestellung, bestellnummer, konto, kundenkonto, paket, lieferung, sendung, \
            ruckerstattung, erstattung, rucksendung, retoure, buchung, reservierung, termin, \
            flug, ticket, sitzplatz, rechnung, zahlung, abbuchung, lastschrift, abo, abonnement, \
            vertrag, police, schaden, schadensmeldung, karte, kreditkarte, guthaben, passwort, \
            kennwort, profil, versicherung, adresse, kauf, uberweisung, garantie, \
            gewahrleistung, reparatur, display, bildschirm, software, app, update, fehler, \
            fehlermeldung, server, verbindung, internet, stornieren, stornierung, kundigen, \
            kundigung, umtausch*, zuruckgeben, gepack, kaputt, beschadigt, defekt, betrug, \
            gestohlen, geklaut, verloren, gebuhr, kredit, lizenz, status, notfall, rezept, arzt, \
            reklamation, reklamieren, mahnung, problem, funktioniert nicht, geht nicht, langsam, \
            lasst sich nicht, unfall"),
        (Cue::Want, "\
            ich mochte, ich will, ich wollte, ich brauche, ich hatte gern*, ich wurde gern*, \
            ich muss, ich benotige, wir mochten, wir brauchen, wir wollen, mochte ich, \
            brauche ich, will ich, ich versuche, mochte gern*, hatte gern*"),
        (Cue::Know, "\
            wissen, informationen uber, informationen zu, infos zu, auskunft, erfahren, \
            frage mich, erklaren, ob sie, ob ihr, ob man"),
        (Cue::Explore, "\
            ich suche, suche, auf der suche, empfehl*, vorschlag*, vorschlagen, was habt ihr, \
            was haben sie, auswahl, vergleich*, beste, gunstigste, verkaufen sie, verkauft ihr, \
            haben sie auch, habt ihr auch"),
        (Cue::Own, "\
            mein, meine, meinen, meinem, meiner, meins, unser*"),
        (Cue::Polite, "\
            konnen sie, konnten sie, kannst du, konntest du, konnt ihr, konntet ihr, kann ich, \
            darf ich, konnte ich, bitte, wurden sie, ware es moglich, ist es moglich, geht es"),
        (Cue::Question, "\
            was, wann, wo, wer, warum, wieso, wie, welche*, konnen sie, kannst du, haben sie, \
            habt ihr, gibt es, kann ich, darf ich, ist es"),
        (Cue::Angry, "\
            lacherlich, unverschamt*, frechheit, unmoglich, katastrophe, schlimm*, sauer, \
            wutend, stinksauer, verarsch*, scheiss*, betrug*, abzocke, betruger, anwalt, \
            reicht mir, immer noch nicht, wie oft noch, niemand antwortet, keiner antwortet, \
            nie wieder, inkompetent, saftladen, schlechteste*"),
        (Cue::Refuse, "\
            mochte ich nicht, lieber nicht, will ich nicht, gebe ich nicht, mochte nicht, \
            wozu brauchen, wofur brauchen, warum brauchen, wozu braucht, warum wollen sie, \
            nicht notig, nicht notwendig, ist privat, geht sie nichts an, habe keine, hab keine, \
            habe kein, anonym*, ungern"),
        (Cue::Evade, "\
            nicht jetzt, jetzt nicht, spater, ein andermal, nein danke, habe ich nicht, \
            hab ich nicht, habe keine*, hab keine*, weiss ich nicht auswendig, erst mal, \
            erstmal, noch nicht, antworten sie erst"),
        (Cue::Unsure, "\
            weiss nicht, weiss ich nicht, keine ahnung, nicht sicher, moment, einen moment, \
            muss nachsehen, mal schauen, kommt drauf an"),
        (Cue::Not, "\
            nicht, kein*, ohne, nie"),
        (Cue::Email, "\
            mail, e mail, email, mailadresse"),
        (Cue::Phone, "\
            telefonnummer, telefon, handynummer, handy, ruckrufnummer, ihre nummer, \
            deine nummer, meine nummer, mobilnummer, rufnummer"),
        (Cue::AsksName, "\
            ihr name, ihren namen, dein name, deinen namen, ihr vollstandiger name, \
            vor und nachname, wie heissen, wie heisst, mit wem, auf welchen namen, mein name, \
            meinen namen"),
        (Cue::AsksEmail, "\
            ihre e mail*, ihre mail*, ihre email*, deine e mail*, deine mail*, deine email*, \
            e mail adresse, email adresse, mailadresse, emailadresse, welche e mail, \
            welche mail*, eine e mail adresse"),
        (Cue::AsksPhone, "\
            ihre telefonnummer, ihre nummer, ihre handynummer, ihre rufnummer, \
            deine telefonnummer, deine nummer, deine handynummer, telefonnummer, ruckrufnummer, \
            welche nummer, welcher nummer, eine telefonnummer"),
        (Cue::Imperative, "\
            bitte, geben sie, nennen sie, teilen sie, schreiben sie, verraten sie, sagen sie, \
            brauche ich, benotige ich, bestatigen, gib, nenn, sag"),
        (Cue::OffersSend, "\
            ihnen ~ schicken, dir ~ schicken, ihnen ~ senden, ihnen ~ zusenden, \
            ihnen ~ zuschicken, ihnen ~ mailen, dir ~ senden"),
        (Cue::OffersBook, "\
            buchen, reservieren, einen termin, termin vereinbaren, eintragen"),
        (Cue::OffersCall, "\
            sie ~ anrufen, sie ~ zuruckrufen, dich ~ anrufen, dich ~ zuruckrufen, ruckruf"),
    ],
    lines: Lines {
        email_send: "Das schicke ich Ihnen gern. An welche E-Mail-Adresse?",
        email_book: "An welche E-Mail-Adresse soll die Bestätigung gehen?",
        email_handoff: "Damit die Antwort Sie auch erreicht, wenn Sie den Chat verlassen: Wie lautet Ihre E-Mail-Adresse?",
        email_returning: "Schön, dass Sie wieder da sind! Welche E-Mail-Adresse hatten Sie angegeben, damit ich Ihre Angaben finde?",
        name_book: "Sehr gern. Auf welchen Namen darf ich buchen?",
        name_call: "Sehr gern. Nach wem sollen wir fragen, wenn wir anrufen?",
        name_matter: "Darum kümmere ich mich. Wie ist Ihr vollständiger Name, damit ich nachsehen kann?",
        phone_book: "Und eine Telefonnummer, falls sich an Ihrer Buchung etwas ändert?",
        phone_call: "Unter welcher Nummer erreichen wir Sie?",
        confirm_on_file: "Schön, dass Sie wieder da sind! Gilt die E-Mail-Adresse, die wir von Ihnen haben{value}, noch?",
        confirm_slip: "Nur zur Sicherheit: Meinten Sie {value}?",
    },
};
