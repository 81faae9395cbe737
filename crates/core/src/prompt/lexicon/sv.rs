//! Swedish.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            hej*, hejsan, hallo, tjena*, tja, god morgon, god kvall, god dag, goddag, \
            god eftermiddag, hur mar du, hur ar laget, ar det nagon dar, nagon dar, alla, och"),
        (Cue::SmallTalk, "\
            tack*, tack sa mycket, tusen tack, super, nej, forstar, snalla, hej da, \
            ha en bra dag, ar du en bot, haha*, ett ogonblick, jag tittar bara"),
        (Cue::Opener, "\
            kan du hjalpa mig, kan ni hjalpa mig, skulle du kunna hjalpa mig, jag behover hjalp, \
            behover hjalp, hjalp, hjalp mig, jag har en fraga, har en fraga, en fraga, \
            jag har ett problem, ett problem, jag har ett arende, far jag fraga en sak, \
            jag undrar en sak, med en sak"),
        (Cue::Yes, "\
            ja, japp, jo, ok, okej, garna, absolut, sjalvklart, visst, bra, perfekt, \
            det gar bra, stammer, ja tack, javisst, toppen"),
        (Cue::No, "\
            nej, nae, aldrig, absolut inte"),
        (Cue::Send, "\
            skicka ~ till mig, skicka mig, skicka over, mejla ~ mig, maila ~ mig, \
            skicka ~ faktura*, skicka ~ kvitto*, skicka ~ offert, mejla mig, maila mig, \
            via mejl, via mail, per mejl, pa mejl, till min mejl, till min mail, en offert, \
            kopia pa fakturan, meddela mig, hor av er nar"),
        (Cue::Book, "\
            boka, en bokning, reservera, boka tid, en tid, bord for, anmala mig, bokar, visning, \
            ett rum, ett bord"),
        (Cue::Call, "\
            ringa mig, ring mig, ringa upp, ring upp, bli uppringd, aterkomma per telefon, \
            ringer mig, via telefon, ringa tillbaka"),
        (Cue::Human, "\
            prata med en manniska, prata med nagon, en riktig person, en handlaggare, \
            en medarbetare, kundtjanst, en radgivare, en chef, kontakta mig, hor av er till mig"),
        (Cue::Returning, "\
            jag ar redan kund, redan kund, jag ar kund, det ar jag igen, jag ar tillbaka, \
            forra gangen, jag skrev tidigare, jag har skrivit, jag pratade med, \
            har handlat forut, bestallt tidigare, jag har redan ett konto, stamkund"),
        (Cue::Matter, "\
            min bestallning, min order, mitt konto, mitt paket, min leverans, min aterbetalning, \
            min retur, min bokning, mitt flyg, min faktura, min betalning, mitt abonnemang, \
            min forsakring, mitt kort, mitt losenord, mitt saldo, mitt avtal, avbestalla, \
            jag har bestallt, jag bestallde, jag kopte, inte kommit, inte fatt, \
            kan inte logga in, var ar mi*, pengarna tillbaka"),
        (Cue::Topic, "\
            bestallning, ordernummer, order, konto, paket, leverans, frakt, aterbetalning, \
            retur, bokning, tid, flyg, biljett, plats, faktura, betalning, autogiro, abonnemang, \
            prenumeration, avtal, forsakring, skada, skadeanmalan, kort, kreditkort, saldo, \
            losenord, profil, adress, kop, overforing, garanti, reparation, skarm, programvara, \
            app, uppdatering, fel, felmeddelande, server, uppkoppling, internet, avboka, \
            avbokning, saga upp, uppsagning, byta, byte, returnera, bagage, trasig*, skadad, \
            defekt, bedrageri, stulen, stulet, stal, tappat, borttappad, avgift, lan, licens, \
            status, akut, recept, lakare, reklamation, reklamera, problem, fungerar inte, \
            funkar inte, gar inte, langsam*, olycka"),
        (Cue::Want, "\
            jag vill, jag skulle vilja, jag behover, jag onskar, jag maste, jag forsoker, \
            vi vill, vi behover, vi skulle vilja, skulle vilja, vill garna, vill ha"),
        (Cue::Know, "\
            veta, information om, info om, undrar, fraga om, forklara, mer om, om ni, om du"),
        (Cue::Explore, "\
            jag letar, letar efter, soker, pa jakt, rekommend*, foresla*, tips, vad har ni, \
            alternativ, jamfor*, basta, billigaste, saljer ni, har ni nagra"),
        (Cue::Own, "\
            min, mitt, mina, var order, vart, vara"),
        (Cue::Polite, "\
            kan du, kan ni, skulle du, skulle ni, kan jag, far jag, skulle jag kunna, gar det, \
            ar det mojligt, snalla, tack"),
        (Cue::Question, "\
            vad, nar, var, vem, varfor, hur, vilke*, kan ni, kan du, har ni, finns det, kan jag, \
            far jag, ar det"),
        (Cue::Angry, "\
            lojligt, oacceptabelt, skandal*, vardelos*, fruktansvart, hemsk*, rasande, arg, \
            forbannad, bedragare, bluff*, fan, javla, skit*, tjuvar, advokat, fortfarande inte, \
            hur manga ganger, ingen svarar, aldrig mer, inkompetent*, samsta"),
        (Cue::Refuse, "\
            helst inte, vill inte, jag vill inte, ger jag inte, varfor behover, varfor vill, \
            vad ska ni med, behovs inte, inte nodvandigt, ar privat, anonym*, vill ~ inte, \
            inte saga, inte ge ut"),
        (Cue::Evade, "\
            inte nu, senare, nej tack, har jag inte, har ingen, har inget, minns inte, \
            en annan gang, inte an, forst"),
        (Cue::Unsure, "\
            vet inte, vet ej, ingen aning, inte saker, ett ogonblick, vanta, ska kolla, \
            det beror pa"),
        (Cue::Not, "\
            inte, ej, utan, aldrig, vill inte, behover inte"),
        (Cue::Email, "\
            mejl*, mail*, e post*, epost*, email, e mail"),
        (Cue::Phone, "\
            telefonnummer, telefon, mobilnummer, mobil, ditt nummer, ert nummer, mitt nummer"),
        (Cue::AsksName, "\
            ditt namn, ert namn, fullstandiga namn, for och efternamn, vad heter, vem talar jag, \
            vem pratar jag, mitt namn, i vilket namn"),
        (Cue::AsksEmail, "\
            din e post*, din epost*, din mejl*, din mail*, er e post*, e postadress, \
            epostadress, mejladress, mailadress, vilken e post*, vilken mejl*"),
        (Cue::AsksPhone, "\
            ditt telefonnummer, ert telefonnummer, ditt nummer, ert nummer, telefonnummer, \
            mobilnummer, vilket nummer"),
        (Cue::Imperative, "\
            snalla, ange, ge mig, skriv, uppge, beratta, behover, kan jag fa, far jag, vanligen, \
            bekrafta"),
        (Cue::OffersSend, "\
            skicka ~ till dig, skicka ~ till er, mejla ~ dig, maila ~ dig, skicka det"),
        (Cue::OffersBook, "\
            boka, reservera, boka in"),
        (Cue::OffersCall, "\
            ringa dig, ringa upp dig, ringa er, ringa tillbaka"),
    ],
    lines: Lines {
        email_send: "Det skickar jag gärna. Till vilken e-postadress?",
        email_book: "Till vilken e-postadress ska bekräftelsen skickas?",
        email_handoff: "Så att svaret når dig även om du lämnar chatten: vilken är din e-postadress?",
        email_returning: "Kul att du är tillbaka! Vilken e-postadress använde du förra gången, så att jag hittar det vi redan har?",
        name_book: "Gärna. I vilket namn ska jag boka?",
        name_call: "Gärna. Vem ska vi fråga efter när vi ringer?",
        name_matter: "Det hjälper jag dig med. Vad är ditt fullständiga namn, så att jag kan titta på det?",
        phone_book: "Och ett telefonnummer, om något skulle ändras?",
        phone_call: "Vilket nummer når vi dig på?",
        confirm_on_file: "Kul att du är tillbaka! Stämmer e-postadressen vi har{value} fortfarande?",
        confirm_slip: "Bara för att vara säker: menade du {value}?",
    },
};
