//! Polish.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            czesc, hej, witam*, witaj, dzien dobry, dobry wieczor, dobry, siema, halo, \
            jak sie masz, co slychac, jest tam ktos, jest ktos, szanown*, panstwo, wszystkim, i"),
        (Cue::SmallTalk, "\
            dziekuje*, dzieki, dziekuje bardzo, nie, rozumiem, prosze, do widzenia, pa, \
            milego dnia, jestes botem, haha*, chwileczke, moment, tylko ogladam, czy"),
        (Cue::Opener, "\
            moze mi pan pomoc, moze mi pani pomoc, mozecie mi pomoc, czy mozesz mi pomoc, \
            czy moga panstwo mi pomoc, mozesz mi pomoc, prosze o pomoc, potrzebuje pomocy, \
            pomocy, pomoc, mam pytanie, mam pytanko, pytanie, mam problem, problem, mam sprawe, \
            moge o cos zapytac, chcialbym o cos zapytac, chcialabym o cos zapytac, w czyms"),
        (Cue::Yes, "\
            tak, ok, okej, jasne, oczywiscie, dobrze, pewnie, zgoda, swietnie, poprosze, \
            zgadza sie, super, moze byc"),
        (Cue::No, "\
            nie, nigdy, nie ma mowy"),
        (Cue::Send, "\
            wyslac mi, mi wyslac, mi ~ wyslac, przeslac mi, mi ~ przeslac, wyslij mi, \
            wyslijcie mi, przeslij*, prosze o wyslanie, prosze o przeslanie, prosze wyslac, \
            prosze przeslac, na maila, na mail, mailem, e mailem, na adres e mail, oferte, \
            kopie faktury, duplikat faktury, wycene, dajcie znac, powiadomcie"),
        (Cue::Book, "\
            zarezerwowac, rezerwacje, zrobic rezerwacje, umowic sie, umowic wizyte, umowic, \
            na wizyte, stolik, termin wizyty, ogladanie, obejrzec mieszkanie, pokoj, zapisac sie"),
        (Cue::Call, "\
            zadzwon*, oddzwon*, prosze o telefon, prosze o kontakt telefoniczny, \
            kontakt telefoniczny, telefonicznie, rozmowe telefoniczna"),
        (Cue::Human, "\
            z czlowiekiem, porozmawiac z kims, z konsultantem, konsultant*, z pracownikiem, \
            z doradca, prawdziwa osoba, obsluga klienta, kierownik*, prosze o kontakt, \
            skontaktowac sie ze mna"),
        (Cue::Returning, "\
            jestem juz klient*, jestem klient*, jestem stalym klientem, to znowu ja, znowu ja, \
            wrocil*, pisalem wczesniej, pisalam wczesniej, juz pisalem, juz pisalam, \
            rozmawialem z, rozmawialam z, ostatnim razem, juz kupowal*, juz zamawial*, \
            mam juz konto"),
        (Cue::Matter, "\
            moje zamowienie, mojego zamowienia, moim zamowieniem, moje konto, mojego konta, \
            moja paczka, mojej paczki, moja paczke, moja przesylka, moj zwrot, moja rezerwacja, \
            moja rezerwacje, moja wizyte, moj lot, moja faktura, moja fakture, moja platnosc, \
            moj abonament, moja umowa, moja umowe, moja polisa, moja karta, moje haslo, \
            zamowilem, zamowilam, kupilem, kupilam, nie dotarl*, nie otrzymal*, zgubilem, \
            zgubilam, zapomnialem, zapomnialam, nie moge sie zalogowac, gdzie jest moj*, \
            gdzie moj*, zwrot pieniedzy"),
        (Cue::Topic, "\
            zamowien*, konto, konta, paczk*, przesylk*, dostaw*, zwrot*, rezerwacj*, wizyt*, \
            lot, lotu, bilet*, miejsce, faktur*, platnosc*, przelew*, abonament*, umow*, polis*, \
            szkod*, kart*, saldo, hasl*, profil*, ubezpieczen*, adres*, zakup*, gwarancj*, \
            napraw*, ekran*, aplikacj*, aktualizacj*, blad, bledu, serwer*, polaczen*, \
            internet*, anulowa*, anuluj*, wypowiedze*, reklamacj*, wymian*, wymieni*, bagaz*, \
            zepsut*, uszkodzon*, oszustw*, skradzi*, ukradzi*, zgubi*, oplat*, kredyt*, \
            pozyczk*, licencj*, status*, recept*, lekarz*, problem*, nie dziala, nie otwiera, \
            wolno, awari*, wypad*"),
        (Cue::Want, "\
            chce, chcialbym, chcialabym, potrzebuje, chcemy, chcielibysmy, potrzebujemy, musze, \
            probuje, prosze o, zalezy mi, pragne"),
        (Cue::Know, "\
            wiedziec, dowiedziec, informacj*, zastanawiam sie, wyjasnic, czy przyjmujecie, \
            czy wysylacie, czy oferujecie"),
        (Cue::Explore, "\
            szukam, poszukuje, polec*, rekomend*, zaproponow*, doradz*, co macie, opcje, \
            porown*, najlepsz*, najtansz*, sprzedajecie, czy macie"),
        (Cue::Own, "\
            moj, moja, moje, mojego, mojej, mojemu, moim, moich, nasz*"),
        (Cue::Polite, "\
            czy moze*, czy mozna, czy moge, moge, mozna, moglby pan, moglaby pani, mozecie, \
            prosze, czy da sie, czy jest mozliwosc, bardzo prosze"),
        (Cue::Question, "\
            co, kiedy, gdzie, kto, dlaczego, czemu, jak, jaki*, jaka, ktory, czy, ile, macie, \
            mozna"),
        (Cue::Angry, "\
            zenada, zenujace, skandal*, niedopuszczalne, beznadziej*, okropne, koszmar*, \
            wsciekl*, zly, zla, dosc, oszust*, oszukali, kurwa, cholera, zlodzieje, prawnik*, \
            ciagle czekam, nadal czekam, ile razy, nikt nie odpowiada, nigdy wiecej, najgorsz*, \
            kpina, kpiny"),
        (Cue::Refuse, "\
            wole nie, nie chce podawac, nie chce podac, nie podam, nie bede podawac, po co, \
            dlaczego potrzebuj*, nie trzeba, nie ma potrzeby, to prywatne, anonimow*, nie chce"),
        (Cue::Evade, "\
            nie teraz, pozniej, potem, nie dziekuje, nie mam, nie pamietam, innym razem, \
            najpierw, jeszcze nie"),
        (Cue::Unsure, "\
            nie wiem, nie jestem pew*, chwileczke, moment, zaraz sprawdze, to zalezy, \
            musze sprawdzic"),
        (Cue::Not, "\
            nie, bez, nigdy, nie chce, nie trzeba, nie musi*"),
        (Cue::Email, "\
            mail*, e mail*, email*"),
        (Cue::Phone, "\
            telefon*, numer telefonu, komork*, pana numer, pani numer, twoj numer, moj numer"),
        (Cue::AsksName, "\
            imie i nazwisko, pana imie, pani imie, twoje imie, jak sie pan nazywa, \
            jak sie pani nazywa, jak sie nazywasz, jak masz na imie, z kim rozmawiam, moje imie, \
            moje nazwisko, na jakie nazwisko, pana nazwisko, pani nazwisko"),
        (Cue::AsksEmail, "\
            adres e mail, adres email, adres mailowy, pana mail, pani mail, pana e mail, \
            pani e mail, twoj mail, twoj e mail, jaki adres, jaki mail, adresu e mail"),
        (Cue::AsksPhone, "\
            numer telefonu, pana numer, pani numer, twoj numer, numeru telefonu, jaki numer, \
            pana telefon, pani telefon"),
        (Cue::Imperative, "\
            prosze, podac, podaj, poda pan, poda pani, poprosze, napisz, potrzebuje, \
            moge prosic, poprosic"),
        (Cue::OffersSend, "\
            wyslac panu, wyslac pani, panu wyslac, pani wyslac, wyslac ci, przeslac panu, \
            przeslac pani, przeslac panstwu, wyslac to"),
        (Cue::OffersBook, "\
            zarezerwowac, umowic, zapisac, dokonac rezerwacji"),
        (Cue::OffersCall, "\
            zadzwonic, oddzwonic"),
    ],
    lines: Lines {
        email_send: "Chętnie wyślę. Na jaki adres e-mail?",
        email_book: "Na jaki adres e-mail wysłać potwierdzenie?",
        email_handoff: "Żeby odpowiedź dotarła także po zamknięciu czatu: jaki jest Państwa adres e-mail?",
        email_returning: "Miło znów się spotkać! Jaki adres e-mail podano wcześniej? Odszukam to, co już mamy.",
        name_book: "Chętnie. Na jakie imię i nazwisko zrobić rezerwację?",
        name_call: "Chętnie. O kogo mamy prosić, gdy zadzwonimy?",
        name_matter: "Zajmę się tym. Proszę o imię i nazwisko, żeby można było to sprawdzić.",
        phone_book: "I numer telefonu, na wypadek gdyby coś się zmieniło?",
        phone_call: "Pod jaki numer możemy zadzwonić?",
        confirm_on_file: "Miło znów się spotkać! Czy adres e-mail, który mamy{value}, jest nadal aktualny?",
        confirm_slip: "Dla pewności: czy chodziło o {value}?",
    },
};
